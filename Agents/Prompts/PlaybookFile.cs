using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.Guards;

namespace BillingCopilot.Agents.Prompts;

/// <summary>Reads one playbook and checks every name in it.</summary>
internal static class PlaybookFile
{
    private static readonly Dictionary<string, MissedRuns> Missed = new(StringComparer.Ordinal)
    {
        ["latest"] = MissedRuns.Latest,
        ["all"] = MissedRuns.All,
        ["skip"] = MissedRuns.Skip,
    };

    private static readonly Dictionary<string, RolloutPhase> Phases = new(StringComparer.Ordinal)
    {
        ["read_only"] = RolloutPhase.ReadOnly,
        ["assisted"] = RolloutPhase.Assisted,
        ["automated"] = RolloutPhase.Automated,
    };

    /// <param name="taken">Event types and the playbook that has them; filled as files are read.</param>
    public static Playbook Read(PromptFile file, IReadOnlyCollection<string> agents, Func<string, IReadOnlyCollection<string>>? toolsOf, Dictionary<string, string> taken)
    {
        var front = file.Front.Only("name", "events", "schedule", "missed", "agent", "phase", "guard", "context", "search");
        front.MustBeAmong("events", "event type", [.. PlaybookEvents.Known.Keys]);
        front.MustBeAmong("agent", "agent", agents);
        front.MustBeAmong("phase", "phase", Phases.Keys);
        front.MustBeAmong("guard", "guard", PlaybookGuards.Names);
        front.MustBeAmong("context", "context", [.. PlaybookContext.Known.Keys]);
        front.MustBeAmong("missed", "missed", Missed.Keys);
        var playbook = new Playbook(
            front.Text("name"), front.List("events"), front.Text("agent"), front.List("guard"), file.Body, file.Hash, file.Path,
            front.OptionalText("schedule"), Missed[front.OptionalText("missed") ?? "latest"])
        {
            Phase = Phases[front.Text("phase")],
            Context = front.List("context"),
            Search = front.OptionalText("search"),
        };
        return Fault(playbook, toolsOf, taken) is (var key, var what) ? throw front.Fault(key, what) : playbook;
    }

    private static (string Key, string What)? Fault(Playbook playbook, Func<string, IReadOnlyCollection<string>>? toolsOf, Dictionary<string, string> taken)
    {
        if (playbook.Name != Path.GetFileNameWithoutExtension(playbook.Path))
        {
            return ("name", $"'{playbook.Name}' is not the file's name.");
        }

        if (playbook.Events.Count == 0 == playbook.Schedule is null)
        {
            return ("events", "a playbook needs event types or a schedule, and not both.");
        }

        if (playbook.Events.FirstOrDefault(e => !taken.TryAdd(e, playbook.Name)) is { } twice)
        {
            return ("events", $"'{twice}' starts the playbook {taken[twice]} already.");
        }

        var subjects = playbook.Events.Select(e => (Event: e, Subject: Playbook.SubjectOf(e))).DefaultIfEmpty((Event: "a schedule", Subject: EventSubject.None)).ToList();
        return subjects.SelectMany(s => playbook.Guards.Where(g => !PlaybookGuards.Fits(g, s.Subject)).Select(g => ("guard", $"'{g}' can't be asked about {s.Event}.")))
            .Concat(subjects.SelectMany(s => playbook.Context.Where(c => PlaybookContext.Known[c].About is { } kind && !PlaybookContext.HandlesOf(s.Subject).Contains(kind))
                .Select(c => ("context", $"'{c}' can't be gathered for {s.Event}."))))
            .Concat(toolsOf is null ? [] : playbook.ContextTools.Except(toolsOf(playbook.Agent)).Select(t => ("context", $"{playbook.Agent} has no tool '{t}'.")))
            .Select(f => ((string, string)?)f).FirstOrDefault();
    }
}
