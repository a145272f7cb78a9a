namespace BillingCopilot.Agents.Prompts;

/// <summary>What to do when something happens at Stripe.</summary>
/// <param name="Events">Event types that start it: <c>invoice.payment_failed</c>.</param>
/// <param name="Agent">The specialist that takes it.</param>
/// <param name="Guards">Conditions, by name, that the event's object must still meet when it is re-read; all of them.</param>
/// <param name="Schedule">Cron expression of five fields in the tenant's zone; null: events alone start it.</param>
/// <param name="Missed">What becomes of its missed due times.</param>
/// <param name="Instructions">What the specialist is told.</param>
public sealed record Playbook(string Name, IReadOnlyList<string> Events, string Agent, IReadOnlyList<string> Guards, string Instructions, string Hash, string Path,
    string? Schedule = null, MissedRuns Missed = MissedRuns.Latest);

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
    /// <summary>Guards that the worker can evaluate.</summary>
    public static IReadOnlyList<string> KnownGuards { get; } = ["invoice_open", "invoice_unpaid", "customer_not_deleted"];

    private static readonly Dictionary<string, MissedRuns> Missed = new(StringComparer.Ordinal)
    {
        ["latest"] = MissedRuns.Latest,
        ["all"] = MissedRuns.All,
        ["skip"] = MissedRuns.Skip,
    };

    private PlaybookRegistry(IReadOnlyList<Playbook> all) => All = all;

    public IReadOnlyList<Playbook> All { get; }

    public Playbook? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>Playbooks that an event type starts.</summary>
    public IEnumerable<Playbook> For(string eventType) => All.Where(p => p.Events.Contains(eventType));

    public static PlaybookRegistry Load(string root, IReadOnlyCollection<string> agents)
    {
        var folder = Path.Combine(root, "playbooks");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return new PlaybookRegistry([.. files.Select(f => From(PromptFile.Read(root, f), agents))]);
    }

    private static Playbook From(PromptFile file, IReadOnlyCollection<string> agents)
    {
        var front = file.Front.Only("name", "events", "agent", "guard", "schedule", "missed");
        front.MustBeAmong("agent", "agent", agents);
        front.MustBeAmong("guard", "guard", KnownGuards);
        front.MustBeAmong("missed", "missed", Missed.Keys);
        var playbook = new Playbook(
            front.Text("name"), front.List("events"), front.Text("agent"), front.List("guard"), file.Body, file.Hash, file.Path,
            front.OptionalText("schedule"), Missed[front.OptionalText("missed") ?? "latest"]);
        return playbook.Events.Count == 0 && playbook.Schedule is null
            ? throw front.Fault("events", "a playbook needs an event type or a schedule.")
            : playbook.Name != Path.GetFileNameWithoutExtension(file.Path)
                ? throw front.Fault("name", $"'{playbook.Name}' is not the file's name.")
                : playbook;
    }
}
