using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Events;

/// <summary>What came of one try.</summary>
internal enum SendOutcome
{
    Delivered,
    Failed,

    /// <summary>The endpoint is deleted or disabled: nobody waits for the event any more.</summary>
    Unwanted,
}

/// <summary>Sends one event to one endpoint, signed. Few at a time.</summary>
internal sealed class WebhookSender(SandboxState state, SandboxOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _lanes = new(8);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = options.WebhookTimeout,
    };

    public void Dispose()
    {
        _http.Dispose();
        _lanes.Dispose();
    }

    public async Task<SendOutcome> SendAsync(string eventId, string endpointId, CancellationToken token)
    {
        await _lanes.WaitAsync(token);
        try
        {
            using var message = Compose(eventId, endpointId);
            if (message is null)
            {
                return SendOutcome.Unwanted;
            }

            using var response = await _http.SendAsync(message, token);
            return response.IsSuccessStatusCode ? SendOutcome.Delivered : SendOutcome.Failed;
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            return SendOutcome.Failed;
        }
        finally
        {
            _lanes.Release();
        }
    }

    private HttpRequestMessage? Compose(string eventId, string endpointId)
    {
        string payload, url, secret;
        lock (state.Gate)
        {
            if (state.Account.Find(endpointId) is not { } endpoint || (string?)endpoint["status"] != "enabled")
            {
                return null;
            }

            payload = Json.Text(View.Of(state.Account.Find(eventId)!));
            (url, secret) = ((string)endpoint["url"]!, (string)endpoint["_secret"]!);
        }

        var content = new StringContent(payload, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        message.Headers.Add("Stripe-Signature", Sign(payload, secret, clock.GetUtcNow().ToUnixTimeSeconds()));
        return message;
    }

    // The receiver compares the timestamp with its own wall clock, so world time has no place here.
    private static string Sign(string payload, string secret, long timestamp)
    {
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{payload}"));
        return $"t={timestamp},v1={Convert.ToHexStringLower(hash)}";
    }
}
