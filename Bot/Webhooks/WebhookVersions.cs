using System.Text.Json;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;
using Stripe;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>In which API versions the latest events came.</summary>
public sealed class WebhookVersions(CopilotDbFactory databases)
{
    private const int Looked = 100;

    /// <summary>The version that this program speaks.</summary>
    public static string Own => StripeConfiguration.ApiVersion;

    /// <summary>Versions other than our own among the latest events of a tenant.</summary>
    public async Task<IReadOnlyList<string>> OthersAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var payloads = await db.Inbox.AsNoTracking().OrderByDescending(e => e.ReceivedAt).Take(Looked).Select(e => e.Payload).ToListAsync(cancellationToken);
        return [.. payloads.Select(VersionOf).OfType<string>().Where(v => v != Own).Distinct().Order(StringComparer.Ordinal)];
    }

    private static string? VersionOf(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.TryGetProperty("api_version", out var version) && version.ValueKind == JsonValueKind.String ? version.GetString() : null;
    }
}
