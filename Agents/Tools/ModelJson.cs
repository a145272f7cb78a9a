using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// How tool results look to a model: snake_case, handles for objects, <c>120.00 USD</c> for money, «…» around
/// text from outside, instants in UTC, nothing for null.
/// </summary>
public static class ModelJson
{
    /// <summary>Plain characters stay themselves: a model reads <c>é</c>, not its escape.</summary>
    public static JsonSerializerOptions Plain { get; } = Create();

    /// <summary>A result as text, with the conversation's handles for objects: those that have none get one.</summary>
    public static string Write(object? value, HandleMap handles)
    {
        // One set of options for all conversations, since its metadata is dear; writing is synchronous, so the thread tells whose it is.
        var outer = _handles;
        _handles = handles;
        try
        {
            return JsonSerializer.Serialize(value, WithHandles);
        }
        finally
        {
            _handles = outer;
        }
    }

    [ThreadStatic]
    private static HandleMap? _handles;

    private static readonly JsonSerializerOptions WithHandles = CreateWithHandles();

    private static JsonSerializerOptions CreateWithHandles()
    {
        var options = Create();
        options.Converters.Insert(0, new ReferenceConverter());
        options.MakeReadOnly();
        return options;
    }

    private static JsonSerializerOptions Create() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new MoneyConverter(), new UntrustedConverter(), new InstantConverter(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private sealed class ReferenceConverter : WriteOnly<ObjectRef>
    {
        protected override string Text(ObjectRef value) => _handles!.HandleFor(value);
    }

    private sealed class MoneyConverter : WriteOnly<Money>
    {
        protected override string Text(Money value) => value.ToString();
    }

    private sealed class UntrustedConverter : WriteOnly<UntrustedText>
    {
        protected override string Text(UntrustedText value) => UntrustedWords.Delimit(value.Value);
    }

    private sealed class InstantConverter : WriteOnly<DateTimeOffset>
    {
        protected override string Text(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Results go one way only: what comes back from a model is bound by parameter, not by these.</summary>
    private abstract class WriteOnly<T> : JsonConverter<T>
    {
        protected abstract string Text(T value);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
