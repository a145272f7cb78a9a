using System.Text.Json.Nodes;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>One call as it went over the wire.</summary>
internal sealed record Exchange(string Method, string Path, int Status, string Body);

/// <summary>Keeps the last exchange of a client, and every path called.</summary>
internal sealed class Recorder(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public List<Exchange> Exchanges { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        Exchanges.Add(new Exchange(request.Method.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode, body));
        return response;
    }

    /// <summary>Every object of the answers, by its kind, however deep it lies.</summary>
    public ILookup<string, JsonObject> Objects() => Exchanges
        .Where(e => e.Status == 200)
        .SelectMany(e => Inside(JsonNode.Parse(e.Body)))
        .ToLookup(o => (string)o["object"]!);

    private static IEnumerable<JsonObject> Inside(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Inside(p.Value)).Concat(map["object"] is JsonValue kind && kind.TryGetValue<string>(out _) ? [map] : []),
        JsonArray items => items.SelectMany(Inside),
        _ => [],
    };
}
