using System.Text.RegularExpressions;
using BillingCopilot.Bot.Settings;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>A scripted customer: what is said and done, and what must come of it.</summary>
public sealed partial class Scenario
{
    public string Id { get; set; } = "";

    public List<string> Tags { get; set; } = [];

    public string World { get; set; } = "lumen";

    public int Seed { get; set; } = 1;

    /// <summary>Names for values of the sandbox's truth: <c>dup: "truth.double_charges[0]"</c>.</summary>
    public Dictionary<string, string> With { get; set; } = [];

    /// <summary>Who speaks, unless a step says otherwise.</summary>
    public string As { get; set; } = "sam";

    public List<ScenarioStep> Steps { get; set; } = [];

    public List<FinalCheck> Final { get; set; } = [];

    /// <summary>Reads one file; the first fault is named with file, line and column.</summary>
    public static Scenario Read(string path)
    {
        try
        {
            var scenario = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<Scenario?>(File.ReadAllText(path)) ?? throw new SettingsException($"{path}: the file is empty.");
            return scenario.Checked(path);
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{path}, line {e.Start.Line}, column {e.Start.Column}: {Plain(e)}");
        }
    }

    /// <summary>The reader's words without the names of types.</summary>
    private static string Plain(YamlException e)
    {
        if (UnknownKey().Match(e.Message) is { Success: true } unknown)
        {
            var known = typeof(Scenario).Assembly.GetType(unknown.Groups[2].Value)?.GetProperties().Select(p => UnderscoredNamingConvention.Instance.Apply(p.Name)) ?? [];
            return $"'{unknown.Groups[1].Value}' is not a key here. Keys: {string.Join(", ", known)}.";
        }

        var message = (e.InnerException ?? e).Message;
        return e.InnerException is FormatException or OverflowException ? "a whole number is expected here."
            : message.Contains("List`1", StringComparison.Ordinal) ? "a list is expected here; begin each of its lines with a dash."
            : message.Contains("System.", StringComparison.Ordinal) || message.Contains("BillingCopilot.", StringComparison.Ordinal) ? "the value does not fit here; compare with a scenario of tests/Evals/scenarios."
            : message;
    }

    [GeneratedRegex(@"^Property '([^']*)' not found on type '([\w.+]+)")]
    private static partial Regex UnknownKey();

    private Scenario Checked(string path)
    {
        if (Id.Length == 0 || Steps.Count == 0)
        {
            throw new SettingsException($"{path}: {(Id.Length == 0 ? "id is missing" : "steps are missing")}.");
        }

        var fault = Steps.Select((s, i) => s.Fault() is { } f ? $"step {i + 1}: {f}" : null).FirstOrDefault(f => f is not null);
        return fault is null ? this : throw new SettingsException($"{path}, {fault}");
    }
}

/// <summary>One step: exactly one of say, approve, reject, event, advance.</summary>
public sealed partial class ScenarioStep
{
    public string? Say { get; set; }

    /// <summary><c>last</c>, or an operation's name: its last proposal.</summary>
    public string? Approve { get; set; }

    public string? Reject { get; set; }

    public EventStep? Event { get; set; }

    /// <summary>Moves the sandbox's clock: <c>3d</c>, <c>12h</c>.</summary>
    public string? Advance { get; set; }

    public string? As { get; set; }

    public Expectation? Expect { get; set; }

    internal string? Fault()
    {
        var given = new[] { Say, Approve, Reject, Event?.Type, Advance }.Count(v => v is not null);
        return given != 1 ? $"it has {given} of say, approve, reject, event and advance; give exactly one."
            : Advance is not null && !Span().IsMatch(Advance) ? $"advance is '{Advance}'; write a number and s, m, h, d or w, such as 3d."
            : null;
    }

    [GeneratedRegex("^[0-9]{1,6}[smhdw]$")]
    private static partial Regex Span();
}

/// <summary>A Stripe event that the sandbox emits about an object as it is now.</summary>
public sealed class EventStep
{
    public string Type { get; set; } = "";

    public string Object { get; set; } = "";
}

/// <summary>What must hold after a step. Absent parts are not looked at.</summary>
public sealed class Expectation
{
    public string? Agent { get; set; }

    /// <summary>Substrings, or <c>/regular expressions/</c>; upper and lower case alike.</summary>
    public List<string> Mentions { get; set; } = [];

    public List<string> Avoids { get; set; } = [];

    /// <summary>What the first line of the text must hold, each of them, written as in <see cref="Mentions"/>: the first line of an answer is the answer.</summary>
    public List<string> Opens { get; set; } = [];

    /// <summary>Tools that must have been called, among others.</summary>
    public List<string> Tools { get; set; } = [];

    /// <summary>The proposals of the step, all of them: <c>[]</c> says that there is none.</summary>
    public List<Dictionary<string, string>>? Proposals { get; set; }

    /// <summary>Status of the proposal after a decision: <c>executed</c>, <c>rejected</c>, <c>stale</c>.</summary>
    public string? Status { get; set; }

    /// <summary>Code with which a decision is refused: <c>self_approval</c>.</summary>
    public string? Refused { get; set; }
}

/// <summary>A look at the sandbox at the end.</summary>
public sealed class FinalCheck
{
    /// <summary>Path of Stripe's API, with query.</summary>
    public string? Get { get; set; }

    /// <summary>How many objects of the list match <see cref="Where"/>.</summary>
    public int? Count { get; set; }

    public Dictionary<string, string> Where { get; set; } = [];

    public LedgerCheck? Ledger { get; set; }

    /// <summary>How many mails were written to the outbox.</summary>
    public int? Mails { get; set; }
}

/// <summary>What the ledger of effects must hold.</summary>
public sealed class LedgerCheck
{
    /// <summary>Effects made with the executor's key, without metadata stamps.</summary>
    public int Writes { get; set; }
}
