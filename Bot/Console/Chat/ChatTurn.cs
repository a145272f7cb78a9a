using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.BillingForm;

namespace BillingCopilot.Bot.WebConsole.Chat;

/// <summary>One question and what has come back of its answer so far.</summary>
public sealed class ChatTurn(string question)
{
    private readonly List<string> _sentences = [];
    private readonly List<ProposalView> _proposals = [];
    private string? _step;

    public string Question { get; } = question;

    /// <summary>Specialist, once chosen.</summary>
    public string? Agent { get; private set; }

    /// <summary>Null until the turn has finished.</summary>
    public TurnAnswer? Answer { get; private set; }

    /// <summary>Why no (whole) answer came; null when all is well.</summary>
    public string? Fault { get; private set; }

    public bool Running => Answer is null && Fault is null;

    /// <summary>How many tools have answered.</summary>
    public int Steps { get; private set; }

    public string Text => Answer?.Text ?? Join(_sentences);

    public IReadOnlyList<ProposalView> Proposals => Answer?.Proposals ?? _proposals;

    /// <summary>Ids of the customers whose form for billing details the answer offers.</summary>
    public IReadOnlyList<string> BillingForms => Answer is null ? [] :
    [
        .. Answer.Tools.Where(t => t is { Name: BillingFormPlugin.Tool, Failed: false })
            .Select(t => (string?)JsonNode.Parse(t.ResultJson)?["customer"]).OfType<string>().Distinct(),
    ];

    /// <summary>What is going on: <c>support · looking up invoices…</c></summary>
    public string Progress
    {
        get
        {
            var doing = _step ?? (Agent is null ? "choosing a specialist" : Text.Length > 0 ? "writing" : "thinking");
            var step = doing.TrimEnd('.', '…') + "…";
            return Agent is null ? step : $"{Agent} · {step}";
        }
    }

    public void Apply(TurnEvent happened)
    {
        switch (happened)
        {
            case TurnEvent.Routed routed:
                Agent = routed.Agent;
                break;
            case TurnEvent.ToolStarted started:
                _step = started.Label;
                break;
            case TurnEvent.ToolFinished:
                Steps++;
                _step = null;
                break;
            case TurnEvent.Sentence sentence:
                _sentences.Add(sentence.Text);
                break;
            case TurnEvent.Proposed proposed:
                _proposals.Add(proposed.Proposal);
                break;
            case TurnEvent.Finished finished:
                Answer = finished.Answer;
                Agent = finished.Answer.Agent;
                break;
            case TurnEvent.Stopped stopped:
                Break(stopped.Message);
                break;
        }
    }

    /// <summary>A turn of an earlier moment, as it stands now.</summary>
    public static ChatTurn Of(PastTurn past)
    {
        var turn = new ChatTurn(past.Question) { Answer = past.Answer, Agent = past.Answer?.Agent };
        if (!past.Running)
        {
            turn.Break("This was not answered. Nothing was changed; ask again.");
        }

        return turn;
    }

    /// <summary>Ends the turn without (the rest of) an answer.</summary>
    public void Break(string fault) => Fault = Answer is null ? fault : null;

    private static string Join(List<string> sentences)
    {
        var text = new StringBuilder();
        foreach (var sentence in sentences)
        {
            var joined = text.Length == 0 || char.IsWhiteSpace(text[^1]) || (sentence.Length > 0 && char.IsWhiteSpace(sentence[0]));
            text.Append(joined ? "" : " ").Append(sentence);
        }

        return text.ToString();
    }
}
