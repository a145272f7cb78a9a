namespace BillingCopilot.Agents.Prompts;

/// <summary>What to do when something happens at Stripe.</summary>
/// <param name="Events">Event types that start it: <c>invoice.payment_failed</c>.</param>
/// <param name="Agent">The specialist that takes it.</param>
/// <param name="Guards">Conditions, by name, that the event's object must still meet when it is re-read; all of them.</param>
/// <param name="Instructions">What the specialist is told.</param>
public sealed record Playbook(string Name, IReadOnlyList<string> Events, string Agent, IReadOnlyList<string> Guards, string Instructions, string Hash, string Path);

/// <summary>The playbooks there are, from <c>prompts/playbooks</c>.</summary>
public sealed class PlaybookRegistry
{
    /// <summary>Guards that the worker can evaluate.</summary>
    public static IReadOnlyList<string> KnownGuards { get; } = ["invoice_open", "invoice_unpaid", "customer_not_deleted"];

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
        var front = file.Front.Only("name", "events", "agent", "guard");
        front.MustBeAmong("agent", "agent", agents);
        front.MustBeAmong("guard", "guard", KnownGuards);
        var playbook = new Playbook(front.Text("name"), front.List("events"), front.Text("agent"), front.List("guard"), file.Body, file.Hash, file.Path);
        return playbook.Events.Count == 0
            ? throw front.Fault("events", "a playbook needs at least one event type.")
            : playbook.Name != Path.GetFileNameWithoutExtension(file.Path)
                ? throw front.Fault("name", $"'{playbook.Name}' is not the file's name.")
                : playbook;
    }
}
