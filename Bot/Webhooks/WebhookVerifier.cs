using System.Text.Json;
using BillingCopilot.Bot.Hosting;
using Stripe;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>An event whose signature holds.</summary>
/// <param name="Id"><c>evt_…</c>.</param>
/// <param name="Account">Account it happened on: the connected one when Stripe names it, else the tenant's.</param>
/// <param name="ObjectId">Id of the object that it is about; empty when it has none.</param>
/// <param name="Payload">The body as it was signed.</param>
public sealed record VerifiedEvent(string Id, string Type, string Account, string ObjectId, string Payload)
{
    /// <summary>What else the body says that decides which task it belongs to.</summary>
    public EventCause About { get; init; } = new(ObjectId);
}

/// <summary>
/// Finds the tenant whose secret signed a body. Source of the scheme: https://docs.stripe.com/webhooks#verify-manually.
/// </summary>
public sealed class WebhookVerifier(TimeProvider time)
{
    /// <summary>Seconds that a signature may be old or ahead; Stripe's own default.</summary>
    public const long Tolerance = 300;

    public (Tenant? Tenant, VerifiedEvent? Event, string? Fault) Verify(TenantList tenants, string body, string? header) =>
        SignerOf(tenants, t => t.Stripe.WebhookSecrets, body, header, "Stripe-Signature") switch
        {
            ({ } tenant, _) => Read(tenant, body),
            (_, var fault) => (null, null, fault),
        };

    /// <summary>The tenant whose secret signed the body by the same scheme, or why there is none.</summary>
    public (Tenant? Tenant, string? Fault) SignerOf(TenantList tenants, Func<Tenant, IEnumerable<string>> secretsOf, string body, string? header, string headerName)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            // Stripe.net throws a NullReferenceException on a null header.
            return (null, $"The {headerName} header is missing.");
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var fault = "No webhook secret is configured.";
        foreach (var (tenant, secret) in tenants.All.SelectMany(t => secretsOf(t).Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => (t, s))))
        {
            try
            {
                EventUtility.ValidateSignature(body, header, secret, Tolerance, now);
                return (tenant, null);
            }
            catch (StripeException e)
            {
                fault = e.Message;
            }
        }

        return (null, fault);
    }

    /// <summary>
    /// Only the id of what it is about is taken, whatever API version rendered the rest: objects are read anew. A thin
    /// event names it in <c>related_object</c>. Empty when there is none (<c>balance.available</c>).
    /// </summary>
    private static JsonElement ObjectOf(JsonElement root) =>
        root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("object", out var target) ? target
        : root.TryGetProperty("related_object", out var related) ? related
        : default;

    private static string Text(JsonElement root, string name) =>
        root.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new JsonException($"{name} is empty.");

    /// <summary>Takes an event apart that is known to be Stripe's.</summary>
    internal static (Tenant? Tenant, VerifiedEvent? Event, string? Fault) Read(Tenant tenant, string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var livemode = root.GetProperty("livemode").GetBoolean();
            if (livemode != tenant.Context.Livemode)
            {
                return (null, null, $"The event is {(livemode ? "live" : "test")} and this tenant is not.");
            }

            var verified = new VerifiedEvent(
                Text(root, "id"),
                Text(root, "type"),
                root.TryGetProperty("account", out var account) && account.ValueKind == JsonValueKind.String ? account.GetString()! : tenant.Context.Account,
                ObjectOf(root) is { ValueKind: JsonValueKind.Object } about ? EventCause.IdOf(about) : "",
                body)
            {
                About = EventCause.Of(root, ObjectOf(root)),
            };
            return (tenant, verified, null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, null, "The body is signed but is not a Stripe event.");
        }
    }
}
