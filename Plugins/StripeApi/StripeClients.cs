using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Makes Stripe clients over pooled connections.</summary>
internal sealed class StripeClients(IHttpClientFactory http)
{
    public const string Plain = "stripe";
    public const string ObservesClock = "stripe-observing-clock";

    /// <summary>The SDK repeats with the same idempotency key, so a repetition can't act twice.</summary>
    private const int Retries = 2;

    public StripeClient Open(StripeConnection connection, string key) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = connection.ApiBase.GetLeftPart(UriPartial.Authority),
        HttpClient = new SystemNetHttpClient(
            http.CreateClient(connection.ObserveClock ? ObservesClock : Plain), Retries, appInfo: null, enableTelemetry: false),
    });
}
