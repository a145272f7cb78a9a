using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Journal;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Events;

/// <summary>Sends events to their endpoints in the background, signed, with a few retries.</summary>
internal sealed class WebhookDispatcher(SandboxState state, JournalFile? journal, SandboxOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = options.WebhookTimeout,
    };

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _lanes = new(8);
    private readonly List<Task> _deliveries = [];

    /// <summary>Called under the gate, after the events are in the journal.</summary>
    public void Enqueue(IEnumerable<JsonObject> events)
    {
        _deliveries.RemoveAll(d => d.IsCompleted);
        foreach (var value in events)
        {
            foreach (var receiver in (value["_waiting"] as JsonArray ?? []).Select(r => (string)r!))
            {
                var id = (string)value["id"]!;
                _deliveries.Add(Task.Run(() => DeliverAsync(id, receiver, _stopping.Token)));
            }
        }
    }

    /// <summary>Takes up what an earlier process had not delivered.</summary>
    public void Resume() => Enqueue([.. state.Account.Made("event").Where(e => e["_waiting"] is JsonArray { Count: > 0 })]);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_deliveries).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
        _lanes.Dispose();
    }

    private async Task DeliverAsync(string eventId, string endpointId, CancellationToken token)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await TryDeliverAsync(eventId, endpointId, token))
            {
                Confirm(eventId, endpointId);
                return;
            }

            if (attempt == options.WebhookRetryDelays.Count)
            {
                return;
            }

            await Task.Delay(options.WebhookRetryDelays[attempt], clock, token);
        }
    }

    private async Task<bool> TryDeliverAsync(string eventId, string endpointId, CancellationToken token)
    {
        if (Compose(eventId, endpointId) is not { } message)
        {
            return false;
        }

        await _lanes.WaitAsync(token);
        try
        {
            using (message)
            {
                using var response = await _http.SendAsync(message, token);
                return response.IsSuccessStatusCode;
            }
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            return false;
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

    private void Confirm(string eventId, string endpointId)
    {
        lock (state.Gate)
        {
            var delivered = (JsonObject)state.Account.Find(eventId)!.DeepClone();
            JsonNode[] left = [.. ((JsonArray)delivered["_waiting"]!).Where(r => (string?)r != endpointId).Select(r => r!.DeepClone())];
            delivered["_waiting"] = new JsonArray(left);
            delivered["pending_webhooks"] = (long)left.Length;
            state.Account.Put(delivered);
            journal?.Append(new JsonObject { ["puts"] = new JsonArray(delivered.DeepClone()) });
        }
    }
}
