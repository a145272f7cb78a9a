using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Flows.Support;
using FsCheck;
using FsCheck.Xunit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>Bodies and headers of every kind over real HTTP: nothing forged is taken, and nothing breaks or hangs.</summary>
public sealed class WebhookFuzzFlow(WebhookFuzzFlow.Server server) : IClassFixture<WebhookFuzzFlow.Server>
{
    private const string Event = """{"id":"evt_fuzz","object":"event","created":1790000000,"livemode":false,"type":"invoice.payment_failed","data":{"object":{"id":"in_fuzz","object":"invoice","customer":"cus_fuzz","attempt_count":1}}}""";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Property(MaxTest = 200)]
    public async Task AnyBytesAndAnyHeader_AreRefused(byte[]? body, string? header) => (await SendAsync(body ?? [], header)).ShouldBe(HttpStatusCode.BadRequest);

    [Property(MaxTest = 200)]
    public async Task AnyBytes_Signed_AreAnswered(byte[]? body) => IsDesigned(await SendAsync(body ?? [], Sign(body ?? []))).ShouldBeTrue();

    [Property(MaxTest = 200)]
    public async Task AnEventWithBytesChanged_Signed_IsAnswered(NonNegativeInt at, byte with, NonNegativeInt length, byte[]? more)
    {
        var body = Changed(Encoding.UTF8.GetBytes(Event), at.Get, with, length.Get, more ?? []);
        IsDesigned(await SendAsync(body, Sign(body))).ShouldBeTrue();
    }

    [Property(MaxTest = 200)]
    public async Task AnEventWithBytesChangedAfterItWasSigned_IsRefused(NonNegativeInt at, byte with, NonNegativeInt length, byte[]? more)
    {
        var body = Encoding.UTF8.GetBytes(Event);
        var forged = Changed(body, at.Get, with, length.Get, more ?? []);
        if (!forged.SequenceEqual(body))
        {
            (await SendAsync(forged, Sign(body))).ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Property(MaxTest = 200)]
    public async Task ASignatureWithADigitChanged_IsRefused(NonNegativeInt at)
    {
        var body = Encoding.UTF8.GetBytes(Event);
        var header = Sign(body).ToCharArray();
        var digit = header.Length - 1 - (at.Get % 64);
        header[digit] = header[digit] == 'f' ? '0' : 'f';

        (await SendAsync(body, new string(header))).ShouldBe(HttpStatusCode.BadRequest);
    }

    private static bool IsDesigned(HttpStatusCode status) => status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable;

    private static byte[] Changed(byte[] body, int at, byte with, int length, byte[] more)
    {
        var changed = body.ToArray();
        changed[at % changed.Length] = with;
        var cut = changed.Length - (length % 3 == 0 ? length % changed.Length : 0);
        return [.. changed[..cut], .. more];
    }

    private string Sign(byte[] body)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes(stamp + "."), .. body];
        return $"t={stamp},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(server.Secret), signed))}";
    }

    private async Task<HttpStatusCode> SendAsync(byte[] body, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new ByteArrayContent(body) };
        if (header is not null)
        {
            // What HTTP itself does not carry is no header.
            request.Headers.TryAddWithoutValidation("Stripe-Signature", new string([.. header.Where(c => c is not ('\r' or '\n' or '\0'))]));
        }

        var clock = Stopwatch.StartNew();
        using var answer = await server.Http.SendAsync(request);
        clock.Elapsed.ShouldBeLessThan(Soon);
        return answer.StatusCode;
    }

    public sealed class Server : IAsyncLifetime
    {
        private Copilot? _copilot;

        public HttpClient Http { get; private set; } = null!;

        public string Secret => _copilot!.Stage.Host.Settings.Stripe.WebhookSecrets[^1];

        public async Task InitializeAsync()
        {
            _copilot = await Copilot.StartAsync();
            Http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = _copilot.Address };
        }

        public async Task DisposeAsync()
        {
            Http.Dispose();
            await _copilot!.DisposeAsync();
        }
    }
}
