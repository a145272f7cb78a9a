using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Writes tool results as models get them, but with real ids.</summary>
internal static class ToolJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new As<ObjectRef>(r => r.Id), new As<Money>(m => m.ToString()), new As<UntrustedText>(t => t.Value) },
    };

    public static JsonObject Of(object result) => JsonSerializer.SerializeToNode(result, result.GetType(), Options)!.AsObject();

    private sealed class As<T>(Func<T, string> text) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(text(value));
    }
}
