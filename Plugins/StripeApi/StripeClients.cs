using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Makes Stripe clients over pooled connections.</summary>
internal sealed class StripeClients(IHttpClientFactory http, IHttpMessageHandlerFactory handlers)
{
    public const string Plain = "stripe";
    public const string ObservesClock = "stripe-observing-clock";

    /// <summary>The SDK repeats with the same idempotency key, so a repetition can't act twice.</summary>
    private const int Retries = 2;

    /// <param name="retries">0 for an upload: the SDK would send the rest of a stream that it read already.</param>
    public StripeClient Open(StripeConnection connection, string key, int retries = Retries) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = connection.ApiBase.GetLeftPart(UriPartial.Authority),
        FilesBase = FilesOf(connection.ApiBase),
        HttpClient = new SystemNetHttpClient(ClientOf(connection), retries, appInfo: null, enableTelemetry: false),
    });

    /// <summary>Stripe takes files at another host; a sandbox takes them at its own.</summary>
    private static string FilesOf(Uri api) =>
        api.Host == "api.stripe.com" ? StripeClient.DefaultFilesBase : api.GetLeftPart(UriPartial.Authority);

    private HttpClient ClientOf(StripeConnection connection)
    {
        var name = connection.ObserveClock ? ObservesClock : Plain;
        return connection.Pace is { } pace
            ? new HttpClient(new AccountPace(pace) { InnerHandler = handlers.CreateHandler(name) }, disposeHandler: false)
            : http.CreateClient(name);
    }
}
