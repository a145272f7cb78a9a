using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Records which settings a start found in force, when they are others than at the start before.</summary>
public sealed class EffectiveSettings(CopilotSettings settings, PolicyBook policies, PeopleDirectory people, RolloutPlan rollout, PromptRegistry prompts, AuditLog audit)
{
    private const string Subject = "settings";
    private readonly ConcurrentDictionary<string, IReadOnlyList<Person>> _known = new(StringComparer.Ordinal);

    public Task RecordAsync(TenantContext tenant, CancellationToken cancellationToken) => RecordAsync(tenant, "start", cancellationToken);

    /// <summary>The same while serving: people.yaml counts as soon as it changes. Cheap when it did not.</summary>
    public async Task RecordPeopleAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var now = people.All;
        if (!_known.TryGetValue(tenant.Id, out var known) || !ReferenceEquals(known, now))
        {
            await RecordAsync(tenant, "people.yaml", cancellationToken);
        }
    }

    private async Task RecordAsync(TenantContext tenant, string actor, CancellationToken cancellationToken)
    {
        var known = people.All;
        var now = Digests();
        var before = (await audit.ReadAboutAsync(tenant, Subject, cancellationToken)).LastOrDefault(e => e.Kind == "settings.changed");
        var old = before is null ? [] : JsonNode.Parse(before.Details)!.AsObject();
        var changed = now.Where(d => (string?)old[d.Key] != (string?)d.Value).Select(d => JsonValue.Create(d.Key)).ToArray();
        if (changed.Length > 0)
        {
            now["changed"] = new JsonArray([.. changed]);
            await audit.AppendAsync(tenant, new AuditEntry("settings.changed", actor, Subject, now), cancellationToken);
        }

        _known[tenant.Id] = known;
    }

    /// <summary>Fingerprints only: settings hold keys, people have addresses.</summary>
    private JsonObject Digests() => new()
    {
        ["policy"] = policies.Version,
        ["people"] = Digest(JsonSerializer.Serialize(people.All)),
        ["rollout"] = Digest(rollout.Describe()),
        ["prompts"] = Digest(string.Join('\n', prompts.All.Select(p => $"{p.Label} {p.Hash}"))),
        ["model"] = Digest($"{settings.Model.Provider}\n{settings.Model.Name}\n{settings.Model.Endpoint}"),
        ["stripe"] = Digest(JsonSerializer.Serialize(settings.Stripe.WriteKey is null ? "read" : "write") + settings.Stripe.Account),
    };

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
