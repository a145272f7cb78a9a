using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Policy;

namespace BillingCopilot.Bot.Settings;

/// <summary>
/// Fingerprints of the settings that bear on money or safety, a section each. Every section of
/// <see cref="CopilotSettings"/> is either counted or left out for a reason that stands here.
/// </summary>
public static class SettingsDigests
{
    /// <summary>Sections that are fingerprinted, with all in them but what <see cref="LeftOut"/> names.</summary>
    public static IReadOnlyList<string> Counted { get; } =
        ["Urls", "TimeZone", "Currency", "Stripe", "Model", "Agents", "Mail", "Helpdesk", "Auth", "Audit", "Tasks", "Metrics"];

    /// <summary>Sections, and single settings of those that are counted, with why they are not.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Database"] = "The log itself is in it: with another database another log begins.",
        ["Sandbox"] = "A world to try things in. That the far side is a sandbox is counted with Stripe.",
        ["Memory"] = "Where a node keeps its own copy of the knowledge base.",
        ["Tenants"] = "Each tenant's settings are in its own log.",
        ["Audit:Node"] = "The nodes of one database differ in it, and each entry bears it.",
        ["Policy"] = "Where files are. What was read from them is counted by its content: policy, queues, people, rollout, prompts, playbooks.",
    };

    /// <summary>The fingerprints for a tenant, by section in lower case. No value can be read from one.</summary>
    public static JsonObject Of(CopilotSettings settings, Tenant tenant)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(tenant);
        var values = JsonSerializer.SerializeToNode(settings)!.AsObject();
        values["Urls"] = settings.Urls.Split(';').All(IsLoopback) ? "loopback" : "network";
        values["TimeZone"] = tenant.Context.TimeZone;
        values["Currency"] = tenant.Context.Currency;
        values["Stripe"] = StripeOf(tenant);
        values["Auth"] = JsonSerializer.SerializeToNode(tenant.Auth);
        values["Helpdesk"] = JsonSerializer.SerializeToNode(tenant.Helpdesk);
        values["Audit"]!["KeyDatabase"] = WithoutPassword(settings.Audit.KeyDatabase);
        foreach (var key in LeftOut.Keys.Where(k => k.Contains(':', StringComparison.Ordinal)))
        {
            values[key.Split(':')[0]]!.AsObject().Remove(key.Split(':')[1]);
        }

        return new JsonObject(Counted.Select(c => KeyValuePair.Create(c.ToLowerInvariant(), (JsonNode?)Digest(values[c]?.ToJsonString() ?? ""))));
    }

    /// <summary>Of who reads which tickets, and of the order in which the queues are asked.</summary>
    public static string OfQueues(QueueBook queues)
    {
        ArgumentNullException.ThrowIfNull(queues);
        return Digest(JsonSerializer.Serialize(queues.All));
    }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Of a sandbox on this machine port and secrets are new at each start.</summary>
    private static JsonNode? StripeOf(Tenant tenant) => tenant.IsSandbox
        ? new JsonObject { ["sandbox"] = true, ["writes"] = tenant.Stripe.WriteKey is not null, ["account"] = tenant.Stripe.Account }
        : JsonSerializer.SerializeToNode(tenant.Stripe);

    /// <summary>A password may be short enough to be guessed from its digest; keys and secrets are not.</summary>
    private static string? WithoutPassword(string? connection)
    {
        if (connection is null)
        {
            return null;
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        foreach (var name in new[] { "Password", "Pwd", "PSW", "Passphrase", "SSL Password" })
        {
            parts.Remove(name);
        }

        return parts.ConnectionString;
    }

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.IsLoopback;
}
