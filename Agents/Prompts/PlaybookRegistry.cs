using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.Guards;

namespace BillingCopilot.Agents.Prompts;

/// <summary>What to do when something happens at Stripe, or at certain times.</summary>
/// <param name="Events">Event types that start it: <c>invoice.payment_failed</c>.</param>
/// <param name="Agent">The specialist that takes it.</param>
/// <param name="Guards">Conditions, by name, that must still hold when the object is re-read; all of them, or nothing is done.</param>
/// <param name="Instructions">What the specialist is told.</param>
/// <param name="Schedule">Cron expression of five fields in the tenant's zone; null: events alone start it.</param>
/// <param name="Missed">What becomes of its missed due times.</param>
public sealed record Playbook(string Name, IReadOnlyList<string> Events, string Agent, IReadOnlyList<string> Guards, string Instructions, string Hash, string Path,
    string? Schedule = null, MissedRuns Missed = MissedRuns.Latest)
{
    /// <summary>How far it may go at most; rollout.yaml can only lower it.</summary>
    public RolloutPhase Phase { get; init; } = RolloutPhase.Assisted;

    /// <summary>What is gathered before anything else, by name.</summary>
    public IReadOnlyList<string> Context { get; init; } = [];

    /// <summary>What the policies of that context are searched for; null: for the playbook's name.</summary>
    public string? Search { get; init; }

    /// <summary>The read tools of that context, in order.</summary>
    public IReadOnlyList<string> ContextTools => [.. Context.Select(c => PlaybookContext.Known[c].Tool).Distinct()];

    /// <summary>The calls that gather the context, before the specialist is asked.</summary>
    /// <param name="at">When it happened; how far back a look goes is counted from there, so that a resumed task looks the same.</param>
    public IReadOnlyList<GatherCall> Gather(DateTimeOffset at) => [.. Context.Select(c => PlaybookContext.Known[c]).DistinctBy(c => (c.Tool, c.About))
        .Select((c, i) => new GatherCall($"{GatherCall.IdPrefix}{i + 1}", c.Tool, c.About, Arguments(c, at)))];

    private JsonObject Arguments(ContextItem item, DateTimeOffset at)
    {
        var arguments = new JsonObject();
        if (item.Rows is { } rows)
        {
            arguments["limit"] = rows;
        }

        if (item.Days is { } days)
        {
            arguments["from"] = at.UtcDateTime.AddDays(-days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        if (item.Searches)
        {
            arguments["query"] = Search ?? Name.Replace('_', ' ');
        }

        return arguments;
    }

    /// <summary>What an event of this type is about.</summary>
    public static EventSubject SubjectOf(string? eventType) => eventType is null ? EventSubject.None : PlaybookEvents.Known.GetValueOrDefault(eventType);
}

/// <summary>What becomes of a schedule's due times that passed while nothing ran.</summary>
public enum MissedRuns
{
    /// <summary>One run makes up for all of them.</summary>
    Latest,

    /// <summary>Each is made up for.</summary>
    All,

    /// <summary>They are left out.</summary>
    Skip,
}

/// <summary>The playbooks there are, from <c>prompts/playbooks</c>.</summary>
public sealed class PlaybookRegistry
{
    private PlaybookRegistry(IReadOnlyList<Playbook> all) => All = all;

    public IReadOnlyList<Playbook> All { get; }

    public Playbook? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>Playbooks that an event type starts.</summary>
    public IEnumerable<Playbook> For(string eventType) => All.Where(p => p.Events.Contains(eventType));

    /// <param name="agents">Specialists there are.</param>
    /// <param name="toolsOf">Their tools; null leaves unchecked whether a specialist can gather its context.</param>
    /// <exception cref="AgentConfigurationException">A file can't be used; the message names file, line and what is allowed.</exception>
    public static PlaybookRegistry Load(string root, IReadOnlyCollection<string> agents, Func<string, IReadOnlyCollection<string>>? toolsOf = null)
    {
        var folder = Path.Combine(root, "playbooks");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        return new PlaybookRegistry([.. files.Select(f => PlaybookFile.Read(PromptFile.Read(root, f), agents, toolsOf, taken))]);
    }
}
