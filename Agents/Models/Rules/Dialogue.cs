using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Journal;
using Microsoft.Extensions.AI;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>The messages of a request as the rules model reads them: what is asked now, what was said and read before.</summary>
internal sealed partial class Dialogue
{
    private readonly List<ChatMessage> _talk;
    private readonly int _current;

    public Dialogue(IEnumerable<ChatMessage> messages)
    {
        var all = messages.ToList();
        System = string.Join('\n', all.Where(m => m.Role == ChatRole.System).Select(m => m.Text));
        _talk = [.. all.Where(m => m.Role != ChatRole.System)];
        _current = _talk.FindLastIndex(IsAsked);
        Calls = ReadCalls(_talk);
        TurnCalls = ReadCalls(_talk.Skip(_current + 1));
        EarlierCalls = ReadCalls(_talk.Take(_current + 1));
        Subjects = new SubjectIndex(Calls);
    }

    public string System { get; }

    /// <summary>Name in the system message's line <c>Specialist: …</c>.</summary>
    public string? Specialist => SpecialistLine().Match(System) is { Success: true } m ? m.Groups["name"].Value : null;

    public DateOnly? Today => TodayLine().Match(System) is { Success: true } m && DateOnly.TryParse(m.Groups["day"].Value, out var day) ? day : null;

    /// <summary>Who is asked the same message now.</summary>
    public IReadOnlyList<string> Beside => BesideLines().Match(System) is { Success: true } m ? [.. m.Groups["name"].Captures.Select(c => c.Value)] : [];

    /// <summary>The asker's last message.</summary>
    public string Asked => _current >= 0 ? _talk[_current].Text : "";

    /// <summary>No person asks.</summary>
    public bool IsPlaybook => PlaybookLine().IsMatch(Asked);

    /// <summary>Says which turn this is: part of the ids of its calls.</summary>
    public string TurnKey => $"{_talk.Take(_current + 1).Count(IsAsked)}{TaskJournal.Digest(Asked)[..6]}";

    /// <summary>What was answered just before the last message; empty at the start.</summary>
    public string AnsweredBefore => _talk.Take(Math.Max(0, _current)).LastOrDefault(m => m.Role == ChatRole.Assistant && m.Text.Length > 0)?.Text ?? "";

    /// <summary>What was asked before the last message, newest first, each with the answer it got.</summary>
    public IEnumerable<(string Asked, string Answer)> Before()
    {
        var answer = "";
        for (var i = _current - 1; i >= 0; i--)
        {
            if (_talk[i].Role == ChatRole.Assistant && _talk[i].Text.Length > 0 && answer.Length == 0)
            {
                answer = _talk[i].Text;
            }
            else if (IsAsked(_talk[i]))
            {
                yield return (_talk[i].Text, answer);
                answer = "";
            }
        }
    }

    /// <summary>The draft that a correction request sends back; null when this is no correction.</summary>
    public string? DraftToCorrect => _talk.Count > 0 && _talk[^1].Role == ChatRole.User && !IsAsked(_talk[^1])
        ? _talk.LastOrDefault(m => m.Role == ChatRole.Assistant && m.Text.Length > 0)?.Text
        : null;

    /// <summary>Every call with its result, oldest first.</summary>
    public IReadOnlyList<ToolEvidence> Calls { get; }

    /// <summary>Those made since the last message.</summary>
    public IReadOnlyList<ToolEvidence> TurnCalls { get; }

    /// <summary>Calls of the turns before this one.</summary>
    public IReadOnlyList<ToolEvidence> EarlierCalls { get; }

    public SubjectIndex Subjects { get; }

    private static bool IsAsked(ChatMessage message) =>
        message.Role == ChatRole.User && !message.Text.StartsWith(GroundingCheck.CorrectionMark, StringComparison.Ordinal);

    private static List<ToolEvidence> ReadCalls(IEnumerable<ChatMessage> messages)
    {
        var open = new Dictionary<string, CallContent>(StringComparer.Ordinal);
        var calls = new List<ToolEvidence>();
        foreach (var content in messages.SelectMany(m => m.Contents))
        {
            if (content is CallContent call)
            {
                open[call.CallId] = call;
            }
            else if (content is ResultContent result && open.Remove(result.CallId, out var answered))
            {
                calls.Add(new ToolEvidence(result.CallId, answered.Name, JsonSerializer.SerializeToNode(answered.Arguments, AIJsonUtilities.DefaultOptions), Parse(StoredMessage.ResultText(result))));
            }
        }

        return calls;
    }

    private static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return JsonValue.Create(json);
        }
    }

    [GeneratedRegex(@"^Specialist:\s*(?<name>[\w\-]+)", RegexOptions.Multiline)]
    private static partial Regex SpecialistLine();

    [GeneratedRegex(@"^Besides you these specialists are asked the same [^\n]*:(?:\n- (?<name>[\w\-]+):[^\n]*)+", RegexOptions.Multiline)]
    private static partial Regex BesideLines();

    [GeneratedRegex(@"^Playbook [a-z_]+\.")]
    private static partial Regex PlaybookLine();

    [GeneratedRegex(@"^Today:\s*(?<day>\d{4}-\d\d-\d\d)", RegexOptions.Multiline)]
    private static partial Regex TodayLine();
}
