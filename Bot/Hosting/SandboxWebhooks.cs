using System.Net.Http.Headers;
using System.Text.Json;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Registers this process's webhook address with the sandbox, as one would in Stripe's dashboard.</summary>
internal static class SandboxWebhooks
{
    /// <summary>Replaces any earlier registration of the address and keeps the new signing secret in the settings.</summary>
    public static async Task RegisterAsync(StripeSettings stripe, string adminKey, Uri bot, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(stripe.ApiBase), Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        var url = new Uri(bot, "/webhooks/stripe").ToString();
        foreach (var old in await ListAsync(http, cancellationToken))
        {
            if (new Uri(old.Url).IsLoopback)
            {
                using var deleted = await http.DeleteAsync($"/v1/webhook_endpoints/{old.Id}", cancellationToken);
                if (deleted.StatusCode != System.Net.HttpStatusCode.NotFound)
                {
                    // Another node that starts now may have deleted it.
                    deleted.EnsureSuccessStatusCode();
                }
            }
        }

        using var form = new FormUrlEncodedContent([new("url", url), new("enabled_events[0]", "*")]);
        using var answer = await http.PostAsync("/v1/webhook_endpoints", form, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));

        // A new list: requests may be reading the old one.
        stripe.WebhookSecrets = [.. stripe.WebhookSecrets, body.RootElement.GetProperty("secret").GetString()!];
    }

    private static async Task<IReadOnlyList<(string Id, string Url)>> ListAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await http.GetStringAsync("/v1/webhook_endpoints?limit=100", cancellationToken));
        return [.. body.RootElement.GetProperty("data").EnumerateArray().Select(e => (e.GetProperty("id").GetString()!, e.GetProperty("url").GetString()!))];
    }
}
