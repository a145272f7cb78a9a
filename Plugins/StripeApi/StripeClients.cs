using BillingCopilot.Governance.Operations;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Makes Stripe clients over pooled connections.</summary>
internal sealed class StripeClients(IHttpClientFactory http, IHttpMessageHandlerFactory handlers)
{
    public const string Plain = "stripe";
    public const string ObservesClock = "stripe-observing-clock";

    /// <summary>The SDK repeats with the same idempotency key, so a repetition can't act twice.</summary>
    private const int Retries = 2;

    public StripeClient Open(StripeConnection connection, string key) => Of(connection, key, ClientOf(connection));

    /// <summary>A client that writes: each request, the SDK's repetitions too, asks the grant after it has waited for its turn.</summary>
    /// <param name="retries">0 for an upload: the SDK would send the rest of a stream that it read already.</param>
    public StripeClient OpenToWrite(StripeConnection connection, string key, WriteGrant grant, int retries = Retries) => Of(
        connection, key, new HttpClient(Paced(connection, new GrantedSend(grant) { InnerHandler = handlers.CreateHandler(NameOf(connection)) }), disposeHandler: false), retries);

    private static StripeClient Of(StripeConnection connection, string key, HttpClient client, int retries = Retries) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = connection.ApiBase.GetLeftPart(UriPartial.Authority),
        FilesBase = FilesOf(connection.ApiBase),
        HttpClient = new SystemNetHttpClient(client, retries, appInfo: null, enableTelemetry: false),
    });

    private HttpClient ClientOf(StripeConnection connection) => connection.Pace is null
        ? http.CreateClient(NameOf(connection))
        : new HttpClient(Paced(connection, handlers.CreateHandler(NameOf(connection))), disposeHandler: false);

    private static HttpMessageHandler Paced(StripeConnection connection, HttpMessageHandler inner) =>
        connection.Pace is { } pace ? new PacedSend(pace) { InnerHandler = inner } : inner;

    private static string NameOf(StripeConnection connection) => connection.ObserveClock ? ObservesClock : Plain;

    /// <summary>Stripe takes files at another host; a sandbox takes them at its own.</summary>
    private static string FilesOf(Uri api) =>
        api.Host == "api.stripe.com" ? StripeClient.DefaultFilesBase : api.GetLeftPart(UriPartial.Authority);
}
