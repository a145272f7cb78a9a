using System.Collections.Concurrent;
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
public sealed class EffectiveSettings(CopilotSettings settings, PolicyBook policies, PeopleDirectory people, RolloutPlan rollout, PromptRegistry prompts, PlaybookRegistry playbooks, TenantList tenants, AuditLog audit)
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
        var now = Digests(tenant);
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

    /// <summary>Fingerprints only: settings hold keys, people have addresses. What was read from files counts by its content.</summary>
    private JsonObject Digests(TenantContext tenant)
    {
        var digests = SettingsDigests.Of(settings, tenants.Find(tenant.Id)!);
        digests["policy"] = policies.Version;
        digests["queues"] = SettingsDigests.OfQueues(policies.Queues);
        digests["people"] = SettingsDigests.Digest(JsonSerializer.Serialize(people.All));
        digests["rollout"] = SettingsDigests.Digest(rollout.Describe());
        digests["prompts"] = SettingsDigests.Digest(string.Join('\n', prompts.All.Select(p => $"{p.Label} {p.Hash}")));
        digests["playbooks"] = SettingsDigests.Digest(string.Join('\n', playbooks.All.Select(p => $"{p.Name} {p.Hash}")));
        return digests;
    }
}
