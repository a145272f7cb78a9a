using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>What an object of a tool result says about whose it is: read from its own properties alone.</summary>
internal static partial class ObjectLabels
{
    private static readonly string[] SelfNames = ["id", "ref", "handle"];

    /// <summary>Handles of customers named by the object itself, or by its <c>customer</c> object.</summary>
    public static IEnumerable<string> CustomerHandles(JsonObject node) => Handles(node, "cus").Concat(Nested(node, "customer").SelectMany(n => Handles(n, "cus")));

    public static IEnumerable<string> CustomerNames(JsonObject node)
    {
        var own = Texts(node).Where(p => p.Key == "customer_name" || (p.Key == "customer" && !IsHandle(p.Text))).Select(p => p.Text);
        var named = SelfHandle(node)?.StartsWith("cus", StringComparison.OrdinalIgnoreCase) == true
            ? Texts(node).Where(p => p.Key == "name").Select(p => p.Text)
            : [];
        return own.Concat(named).Concat(Nested(node, "customer").SelectMany(n => Texts(n).Where(p => p.Key is "name" or "customer_name").Select(p => p.Text)))
            .Select(t => UntrustedWords.Strip(t).Trim()).Where(t => t.Length > 1);
    }

    public static IEnumerable<string> InvoiceHandles(JsonObject node) => Handles(node, "inv");

    public static IEnumerable<string> InvoiceNumbers(JsonObject node) =>
        Texts(node).Where(p => p.Key == "number" || (p.Key.EndsWith("_number", StringComparison.Ordinal) && p.Key != "credit_note_number") || p.Key.EndsWith("invoice", StringComparison.Ordinal))
            .Select(p => UntrustedWords.Strip(p.Text)).Where(t => t.Contains('-', StringComparison.Ordinal) && t.Length is > 3 and < 30);

    /// <summary>The handle of the object itself: <c>id</c>, else the first that isn't the customer's, else the customer's.</summary>
    public static string? SelfHandle(JsonObject node)
    {
        var handles = Texts(node).Where(p => IsHandle(p.Text)).ToArray();
        return handles.FirstOrDefault(p => SelfNames.Contains(p.Key)).Text
            ?? handles.FirstOrDefault(p => !p.Text.StartsWith("cus", StringComparison.OrdinalIgnoreCase)).Text
            ?? handles.FirstOrDefault().Text;
    }

    /// <summary>Every handle the object carries directly.</summary>
    public static IEnumerable<string> AllHandles(JsonObject node) => Texts(node).Select(p => p.Text).Where(IsHandle);

    /// <summary>Few texts are as short as a handle.</summary>
    private static bool IsHandle(string text) => text.Length <= MostOfAHandle && HandleText().IsMatch(text);

    /// <summary>A kind's five letters and five digits.</summary>
    private const int MostOfAHandle = 10;

    private static IEnumerable<string> Handles(JsonObject node, string prefix) =>
        AllHandles(node).Where(t => t.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && char.IsAsciiDigit(t[prefix.Length]));

    private static IEnumerable<JsonObject> Nested(JsonObject node, string name) => node[name] is JsonObject nested ? [nested] : [];

    private static IEnumerable<(string Key, string Text)> Texts(JsonObject node) =>
        from p in node
        where p.Value?.GetValueKind() == JsonValueKind.String
        select (p.Key, p.Value!.GetValue<string>());

    [GeneratedRegex(@"^(?:cus|inv|line|ch|pi|pm|re|cn|sub|prod|price|prop)[0-9]{1,5}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HandleText();
}
