using System.Text.Json;
using BillingCopilot.Bot.Hosting;
using Stripe;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>An event whose signature holds.</summary>
/// <param name="Id"><c>evt_…</c>.</param>
/// <param name="Account">Account it happened on: the connected one when Stripe names it, else the tenant's.</param>
/// <param name="ObjectId">Id of <c>data.object</c>.</param>
/// <param name="Payload">The body as it was signed.</param>
public sealed record VerifiedEvent(string Id, string Type, string Account, string ObjectId, string Payload);

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
        foreach (var (tenant, secret) in tenants.All.SelectMany(t => secretsOf(t).Select(s => (t, s))))
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

    private static (Tenant?, VerifiedEvent?, string?) Read(Tenant tenant, string body)
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

            var target = root.GetProperty("data").GetProperty("object");
            var verified = new VerifiedEvent(
                root.GetProperty("id").GetString()!,
                root.GetProperty("type").GetString()!,
                root.TryGetProperty("account", out var account) && account.ValueKind == JsonValueKind.String ? account.GetString()! : tenant.Context.Account,
                target.TryGetProperty("id", out var id) ? id.GetString() ?? "" : "",
                body);
            return (tenant, verified, null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, null, "The body is signed but is not a Stripe event.");
        }
    }
}
