using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Bot.Api;

/// <summary>How the HTTP API and <c>--json</c> write: snake_case, ids as strings, amounts in minor units with their text.</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower),
            new ObjectRefWriter(),
            new MoneyWriter(),
        },
    };

    private sealed class ObjectRefWriter : JsonConverter<ObjectRef>
    {
        public override ObjectRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new JsonException("The API takes no object references.");

        public override void Write(Utf8JsonWriter writer, ObjectRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Id);
    }

    private sealed class MoneyWriter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new JsonException("The API takes no amounts.");

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("amount", value.AmountMinor);
            writer.WriteString("currency", value.Currency);
            writer.WriteString("text", value.ToDisplayText());
            writer.WriteEndObject();
        }
    }
}
