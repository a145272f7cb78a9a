using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>What an event's body says about its cause: enough to tell twins from news without asking Stripe.</summary>
/// <param name="ObjectId">The object that tells of the cause: the invoice, where a payment or a credit note names one.</param>
public sealed record EventCause(string ObjectId)
{
    /// <summary>Customer of the object, or the customer itself; null when there is none.</summary>
    public string? Customer { get; init; }

    /// <summary>When it happened at Stripe, to the second.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The invoice's count of payment attempts: a later one is another cause.</summary>
    public int? Attempt { get; init; }

    /// <summary>Digest of the object as rendered; twins render the same.</summary>
    public string? Digest { get; init; }

    /// <summary>True when the event's own object only points at <see cref="ObjectId"/>.</summary>
    public bool Points { get; init; }

    public static EventCause Of(JsonElement root, JsonElement about)
    {
        if (about.ValueKind != JsonValueKind.Object)
        {
            return new EventCause("");
        }

        var id = IdOf(about);
        var cause = Text(about, "invoice") ?? OrderOf(about) ?? id;
        return new EventCause(cause)
        {
            Customer = Text(about, "customer") ?? (id.StartsWith("cus_", StringComparison.Ordinal) ? id : null),
            At = root.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null,
            Attempt = about.TryGetProperty("attempt_count", out var attempt) && attempt.ValueKind == JsonValueKind.Number && attempt.TryGetInt32(out var count) ? count : null,
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(about.GetRawText())))[..16],
            Points = cause != id,
        };
    }

    /// <summary>Id of an object; empty when it has none (<c>balance</c>).</summary>
    public static string IdOf(JsonElement about) => Text(about, "id") ?? "";

    /// <summary>Stripe names a payment's invoice as its order: https://docs.stripe.com/api/payment_intents/object.</summary>
    private static string? OrderOf(JsonElement about) =>
        about.TryGetProperty("payment_details", out var details) && details.ValueKind == JsonValueKind.Object
        && Text(details, "order_reference") is { } order && order.StartsWith("in_", StringComparison.Ordinal) ? order : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
