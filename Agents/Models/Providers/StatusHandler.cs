using System.Net.Http.Headers;
using System.Text.Json;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>
/// Turns an error status into a <see cref="ModelException"/> with what the provider says, before its client
/// library makes something of its own of it. Does not repeat: that is the pipeline's.
/// </summary>
/// <param name="key">Taken out of whatever the provider says.</param>
internal sealed class StatusHandler(HttpMessageHandler inner, string model, string? key, TimeProvider time) : DelegatingHandler(inner)
{
    private const int MostSaid = 200;

    /// <summary>The provider's own header for the key, instead of a bearer.</summary>
    public string? KeyHeader { get; init; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (KeyHeader is not null && !string.IsNullOrWhiteSpace(key))
        {
            request.Headers.Authorization = null;
            request.Headers.Remove(KeyHeader);
            request.Headers.TryAddWithoutValidation(KeyHeader, key);
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            response.Content = await StoppableContent.OfAsync(response.Content, GuardedStream.Stop, cancellationToken);
            return response;
        }

        using (response)
        {
            // A refused key is often repeated in part by the refusal.
            var said = (int)response.StatusCode is 401 or 403 ? null : await SaidAsync(response, cancellationToken);
            throw Faults.OfStatus(model, response.StatusCode, said, RetryAfter(response.Headers));
        }
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        if (headers.TryGetValues("retry-after-ms", out var values) && double.TryParse(values.First(), System.Globalization.CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 86_400_000)
        {
            return TimeSpan.FromMilliseconds(ms);
        }

        var wait = headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - time.GetUtcNow();
        return wait is { } w && w < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private async Task<string?> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            using var json = JsonDocument.Parse(body);
            var error = json.RootElement.GetProperty("error");
            var text = error.ValueKind == JsonValueKind.String ? error.GetString() : error.GetProperty("message").GetString();
            text = Redaction.Clean(string.IsNullOrEmpty(key) ? text ?? "" : (text ?? "").Replace(key, Redaction.SecretMask, StringComparison.Ordinal)).Text.ReplaceLineEndings(" ").Trim();
            return text.Length == 0 ? null : (text.Length > MostSaid ? text[..MostSaid] + "…" : text).TrimEnd('.') + ".";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or HttpRequestException or IOException)
        {
            // An error page of a proxy says nothing that helps.
            return null;
        }
    }
}
