using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>The calls of Stripe, of who asks, and of who approves. A refusal to accept is an exception, as a cut connection is.</summary>
internal sealed class ChaosClient : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Delivers a signed event; returns its id once it was answered with 200.</summary>
    public async Task<string> DeliverAsync(Uri copilot, (string Id, string Body) sent, CancellationToken cancellationToken)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(ChaosNodeCommand.WebhookSecret), Encoding.UTF8.GetBytes($"{stamp}.{sent.Body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(copilot, "/webhooks/stripe")) { Content = new StringContent(sent.Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={stamp},v1={signature}");
        using var answer = await _http.SendAsync(request, cancellationToken);
        return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable
            ? answer.EnsureSuccessStatusCode().IsSuccessStatusCode ? sent.Id : ""
            : throw new InvalidOperationException($"The webhook answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>Asks as sam and reads to the end.</summary>
    public async Task AskAsync(Uri copilot, string text, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(copilot, "/api/chat", "sam", new { text }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Approves as frank; true when the answer says so, or that it was approved before.</summary>
    public async Task<bool> ApproveAsync(Uri copilot, string proposal, string hash, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(copilot, $"/api/proposals/{proposal}/decision", "frank", new { decision = "approve", hash }, cancellationToken);
        return answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.Conflict || (int)answer.StatusCode >= 500
            ? (int)answer.StatusCode < 500 ? true : throw new HttpRequestException($"The approval answered {(int)answer.StatusCode}.")
            : throw new InvalidOperationException($"The approval answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri copilot, string path, string person, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(copilot, path)) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", "sandbox-" + person);
        return await _http.SendAsync(request, cancellationToken);
    }
}
