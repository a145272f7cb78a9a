using System.Runtime.CompilerServices;
using BillingCopilot.Governance.Operations;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Makes Stripe clients over pooled connections.</summary>
internal sealed class StripeClients(IHttpMessageHandlerFactory handlers)
{
    public const string Plain = "stripe";
    public const string ObservesClock = "stripe-observing-clock";

    /// <summary>The SDK repeats with the same idempotency key, so a repetition can't act twice.</summary>
    private const int Retries = 2;

    // The SDK reads the versions of its files each time one is made, which takes longer than many a turn's own work.
    private readonly ConditionalWeakTable<StripeConnection, SystemNetHttpClient> _reading = [];

    /// <summary>A client that reads. Those of a connection share their sender, whatever their keys.</summary>
    public StripeClient Open(StripeConnection connection, string key) => Of(
        connection, key, _reading.GetValue(connection, c => Sender(new HttpClient(Paced(c, new FreshHandler(handlers, NameOf(c)))))));

    /// <summary>A client that writes: each request, the SDK's repetitions too, asks the grant after it has waited for its turn.</summary>
    /// <param name="retries">0 for an upload: the SDK would send the rest of a stream that it read already.</param>
    public StripeClient OpenToWrite(StripeConnection connection, string key, WriteGrant grant, int retries = Retries) => Of(
        connection, key, Sender(new HttpClient(Paced(connection, new GrantedSend(grant) { InnerHandler = handlers.CreateHandler(NameOf(connection)) }), disposeHandler: false), retries));

    private static SystemNetHttpClient Sender(HttpClient client, int retries = Retries) => new(client, retries, appInfo: null, enableTelemetry: false);

    private static StripeClient Of(StripeConnection connection, string key, SystemNetHttpClient sender) => new(new StripeClientOptions
    {
        ApiKey = key,
        ApiBase = connection.ApiBase.GetLeftPart(UriPartial.Authority),
        FilesBase = FilesOf(connection.ApiBase),
        HttpClient = sender,
    });

    private static HttpMessageHandler Paced(StripeConnection connection, HttpMessageHandler inner) =>
        connection.Pace is { } pace ? new PacedSend(pace) { InnerHandler = inner } : inner;

    private static string NameOf(StripeConnection connection) => connection.ObserveClock ? ObservesClock : Plain;

    /// <summary>Stripe takes files at another host; a sandbox takes them at its own.</summary>
    private static string FilesOf(Uri api) =>
        api.Host == "api.stripe.com" ? StripeClient.DefaultFilesBase : api.GetLeftPart(UriPartial.Authority);

    /// <summary>Takes the factory's present connections for each request: it makes them anew from time to time.</summary>
    private sealed class FreshHandler(IHttpMessageHandlerFactory handlers, string name) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var invoker = new HttpMessageInvoker(handlers.CreateHandler(name), disposeHandler: false);
            return await invoker.SendAsync(request, cancellationToken);
        }
    }
}
