using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Governance.Policy;

/// <summary>Where tickets wait for somebody.</summary>
/// <param name="Reads">Roles that see what is in it.</param>
/// <param name="Intents">What it takes by what a ticket wants; empty for none by that.</param>
/// <param name="Segments">What it takes by the CRM's segment of the customer.</param>
/// <param name="Tiers">What it takes by the CRM's tier of the customer.</param>
public sealed record QueueRule(string Name, IReadOnlyList<string> Reads, IReadOnlyList<string> Intents, IReadOnlyList<string> Segments, IReadOnlyList<string> Tiers)
{
    internal bool TakesAll => Intents.Count == 0 && Segments.Count == 0 && Tiers.Count == 0;

    public bool ReadBy(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return person.Roles.Any(Reads.Contains);
    }

    internal bool Takes(string intent, string? segment, string? tier) =>
        TakesAll || Intents.Contains(intent) || Has(Segments, segment) || Has(Tiers, tier);

    private static bool Has(IReadOnlyList<string> names, string? name) => name is not null && names.Contains(name, StringComparer.OrdinalIgnoreCase);
}

/// <summary>The queues, in the order in which they are asked: the first that fits takes a ticket, the last takes what is left.</summary>
public sealed class QueueBook(IReadOnlyList<QueueRule> queues)
{
    /// <summary>Where nothing is written down: one queue that all who may approve or propose read.</summary>
    public static QueueBook One { get; } = new([new QueueRule("support", ["support", "operations", "finance", "admin"], [], [], [])]);

    public IReadOnlyList<QueueRule> All { get; } = queues;

    public QueueRule? Find(string name) => All.FirstOrDefault(q => q.Name == name);

    /// <param name="intent">Of the triage.</param>
    /// <param name="segment">The CRM's; null when it says none.</param>
    /// <param name="tier">The CRM's; null when it says none.</param>
    public QueueRule For(string intent, string? segment, string? tier) => All.First(q => q.Takes(intent, segment, tier));

    /// <summary>The part <c>queues</c> of policy.yaml.</summary>
    internal static QueueBook Read(ConfigNode? node)
    {
        if (node is null)
        {
            return One;
        }

        List<QueueRule> queues = [.. node.Map.Entries.Select(Queue)];
        var open = queues.FindIndex(q => q.TakesAll);
        return open == queues.Count - 1 && queues.Count > 0 ? new QueueBook(queues)
            : throw node.Fault(open < 0
                ? "no queue takes what is left. Give the last one neither intents nor segments nor tiers."
                : $"queue '{queues[open].Name}' takes all that is left, so that none below it gets a ticket. Put it last.");
    }

    private static QueueRule Queue(ConfigNode node)
    {
        var map = node.Map.Allow("reads", "intents", "segments", "tiers");
        string[] intents = [.. TicketClassifier.Shipped.Intents, TicketClassifier.Other];
        string[] reads = [.. map.Get("reads").Items.Select(r => r.OneOf(Roles.OfPeople, "role"))];
        return new QueueRule(
            node.Key,
            reads.Length > 0 ? reads : throw map.Get("reads").Fault($"'reads' names nobody. Allowed: {string.Join(", ", Roles.OfPeople)}."),
            [.. map.Find("intents")?.Items.Select(i => i.OneOf(intents, "intent")) ?? []],
            [.. map.Find("segments")?.Items.Select(i => i.Text) ?? []],
            [.. map.Find("tiers")?.Items.Select(i => i.Text) ?? []]);
    }
}
