using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Arguments;

/// <summary>Reads one value that a model sent into its canonical JSON, or says what is wrong with it.</summary>
internal static class ArgumentReader
{
    private const int LongestText = 20_000;
    private const long LargestExactInteger = 1L << 53;

    /// <summary>Null after adding a fault.</summary>
    public static JsonNode? Read(ArgumentValue type, JsonNode sent, string path, List<Refusal> faults)
    {
        switch (type.Kind)
        {
            case ArgumentKind.List:
                return ReadList(type, sent, path, faults);
            case ArgumentKind.Record:
                return sent is JsonObject map ? ArgumentBinder.Normalise(type.Type, map, path + ".", faults) : Fault(type, sent, path, faults);
        }

        if (sent is not JsonValue scalar)
        {
            return Fault(type, sent, path, faults);
        }

        return type.Kind == ArgumentKind.Amount
            ? ReadAmount(scalar, path, faults)
            : ReadScalar(type, TextOf(scalar)) ?? Fault(type, sent, path, faults);
    }

    /// <summary>What would be right, for refusals.</summary>
    public static string Expected(ArgumentValue type) => type.Kind switch
    {
        ArgumentKind.Text => "text",
        ArgumentKind.Integer => "a whole number",
        ArgumentKind.Number => "a decimal number",
        ArgumentKind.Flag => "true or false",
        ArgumentKind.Choice => "one of: " + string.Join(", ", ChoicesOf(type.Type)),
        ArgumentKind.Reference => $"a handle of a {NameOf(type.Handle!.Value)} that a tool returned",
        ArgumentKind.Amount => "an amount as decimal text with its currency, such as \"120.00 USD\"",
        ArgumentKind.Date => "a date, such as 2026-01-31",
        ArgumentKind.Instant => "an instant with its zone, such as 2026-01-31T00:00:00Z",
        ArgumentKind.List => "a list, each item " + Expected(type.Item!),
        _ => "an object",
    };

    public static IEnumerable<string> ChoicesOf(Type type) => Enum.GetNames(type).Select(WireName.Of);

    public static string NameOf(ObjectKind kind) => WireName.Of(kind).Replace('_', ' ');

    private static JsonArray ReadList(ArgumentValue type, JsonNode sent, string path, List<Refusal> faults)
    {
        // A single value stands for a list of one: models often leave the brackets out.
        IEnumerable<JsonNode?> items = sent is JsonArray list ? list : [sent];
        return new JsonArray([.. items.Select((item, i) => item is null
            ? Fault(type.Item!, null, $"{path}[{i}]", faults)
            : Read(type.Item!, item, $"{path}[{i}]", faults))]);
    }

    private static JsonValue? ReadScalar(ArgumentValue type, string text) => type.Kind switch
    {
        ArgumentKind.Text => text.Length <= LongestText ? JsonValue.Create(text) : null,
        ArgumentKind.Integer => ReadInteger(type.Type, text),
        ArgumentKind.Number => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)) : null,
        ArgumentKind.Flag => bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : null,
        ArgumentKind.Choice => ChoicesOf(type.Type).FirstOrDefault(c => c.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) is { } choice ? JsonValue.Create(choice) : null,
        ArgumentKind.Reference => ObjectIds.CanBe(type.Handle!.Value, text) ? JsonValue.Create(text) : null,
        ArgumentKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? JsonValue.Create(text) : null,
        _ => ReadInstant(text),
    };

    private static JsonValue? ReadInteger(Type type, string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number == decimal.Truncate(number)
        && Math.Abs(number) <= (type == typeof(int) ? int.MaxValue : LargestExactInteger)
            ? JsonValue.Create((long)number)
            : null;

    private static JsonValue? ReadInstant(string text) =>
        text.Length > 10
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? JsonValue.Create(ArgumentCodec.Text(instant))
            : null;

    // A bare number is refused: 120 may mean dollars or cents, and a hundredfold error is the worst there is.
    private static JsonObject? ReadAmount(JsonValue sent, string path, List<Refusal> faults)
    {
        switch (Money.Parse(TextOf(sent)))
        {
            case Outcome<Money>.Ok { Value: var money } when Math.Abs((decimal)money.AmountMinor) <= LargestExactInteger:
                return ArgumentCodec.Write(money);
            case Outcome<Money>.Refused { Refusal: var refusal }:
                faults.Add(refusal with { Code = "invalid_argument", Message = $"'{path}': {refusal.Message}" });
                return null;
            default:
                faults.Add(new Refusal("invalid_argument", $"'{path}' is larger than any amount here.", "Give the exact amount."));
                return null;
        }
    }

    private static JsonNode? Fault(ArgumentValue type, JsonNode? sent, string path, List<Refusal> faults)
    {
        var shown = PlainText.Clean(sent is JsonValue scalar ? TextOf(scalar) : sent?.ToJsonString() ?? "null", 60);
        faults.Add(new Refusal("invalid_argument", $"'{path}' is '{shown}', which is not {Expected(type)}.", $"For '{path}' give {Expected(type)}."));
        return null;
    }

    private static string TextOf(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
