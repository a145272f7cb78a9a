using System.Text.Json;

namespace BillingCopilot.Governance.Canonical;

/// <summary>The snake_case names that enums and properties have in JSON, in rows and in YAML.</summary>
public static class WireName
{
    /// <summary><c>NeedsReconcile</c> → <c>needs_reconcile</c>.</summary>
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => Of(value.ToString());

    /// <summary>The value of this wire name. Throws on a name that no value has: rows and files are ours.</summary>
    public static TEnum Parse<TEnum>(string name)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>().Where(v => Of(v) == name).Select(v => (TEnum?)v).FirstOrDefault()
            ?? throw new FormatException($"'{name}' is no {typeof(TEnum).Name}.");
}
