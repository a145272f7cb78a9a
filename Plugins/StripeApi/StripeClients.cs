using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Makes Stripe clients over pooled connections.</summary>
internal sealed class StripeClients(IHttpClientFactory http, IHttpMessageHandlerFactory handlers)
{
    public const string Plain = "stripe";
    public const string ObservesClock = "stripe-observing-clock";

    /// <summary>The SDK repeats with the same idempotency key, so a repetition can't act twice.</summary>
    private const int Retries = 2;

    public StripeClient Open(StripeConnection connection, string key) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = connection.ApiBase.GetLeftPart(UriPartial.Authority),
        HttpClient = new SystemNetHttpClient(ClientOf(connection), Retries, appInfo: null, enableTelemetry: false),
    });

    private HttpClient ClientOf(StripeConnection connection)
    {
        var name = connection.ObserveClock ? ObservesClock : Plain;
        return connection.Pace is { } pace
            ? new HttpClient(new AccountPace(pace) { InnerHandler = handlers.CreateHandler(name) }, disposeHandler: false)
            : http.CreateClient(name);
    }
}
