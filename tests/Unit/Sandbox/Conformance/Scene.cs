using Newtonsoft.Json.Linq;
using Stripe;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Calls a sandbox through Stripe.net and checks each answer against the entity it becomes.</summary>
internal sealed class Scene : IDisposable
{
    private readonly HttpClient _http;

    public Scene(SandboxFixture sandbox, string key)
    {
        Sandbox = sandbox;
        Recorder = new Recorder(new SocketsHttpHandler());
        _http = new HttpClient(Recorder);
        Api = new StripeClient(new StripeClientOptions
        {
            ApiKey = key,
            ApiBase = sandbox.Server.BaseAddress.ToString().TrimEnd('/'),
            FilesBase = sandbox.Server.BaseAddress.ToString().TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false),
        }).V1;
    }

    public SandboxFixture Sandbox { get; }

    public V1Services Api { get; }

    public Recorder Recorder { get; }

    /// <summary>What did not fit, call by call.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Awaits a call and checks its answer.</summary>
    public async Task<T> Check<T>(Task<T> call)
        where T : IStripeEntity
    {
        var result = await call;
        var last = Recorder.Exchanges[^1];
        Faults.AddRange(Shape.Faults(Parse(last.Body), typeof(T)).Select(fault => $"{last.Method} {last.Path}: {fault}"));
        return result;
    }

    /// <summary>A route that this client no longer has a method for, read plainly.</summary>
    public async Task RawAsync(string path, Type type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Sandbox.Server.BaseAddress, path));
        request.Headers.Add("Authorization", "Bearer " + BillingCopilot.Sandbox.SandboxKeys.Admin);
        using var response = await _http.SendAsync(request);
        Faults.AddRange(Shape.Faults(Parse(await response.Content.ReadAsStringAsync()), type).Select(fault => $"GET {path}: {fault}"));
    }

    public void Dispose() => _http.Dispose();

    // Dates in texts stay texts.
    private static JToken Parse(string body)
    {
        using var reader = new Newtonsoft.Json.JsonTextReader(new StringReader(body)) { DateParseHandling = Newtonsoft.Json.DateParseHandling.None };
        return JToken.ReadFrom(reader);
    }
}
