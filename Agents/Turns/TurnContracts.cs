using BillingCopilot.Agents.Tools;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Agents.Turns;

/// <summary>One thing to answer or to do.</summary>
/// <param name="Tenant">Whose account.</param>
/// <param name="Requester">Who asks: a person, or the automation for webhooks.</param>
/// <param name="ConversationId">Earlier turns and handles are taken from here.</param>
/// <param name="TaskId">Durable task; the journal is keyed by it, so a repeated run replays.</param>
/// <param name="Text">The asker's words, or the playbook's instructions.</param>
/// <param name="Agent">A specialist that must take it (playbook); null lets the coordinator choose.</param>
/// <param name="Playbook">Playbook name; null for chat.</param>
/// <param name="Subjects">Objects to hand out handles for before the first call (the invoice of an event).</param>
public sealed record TurnRequest(
    TenantContext Tenant,
    Person Requester,
    string ConversationId,
    string TaskId,
    string Text,
    string? Agent = null,
    string? Playbook = null,
    IReadOnlyList<ObjectRef>? Subjects = null)
{
    /// <summary>Where the answer is read: one of <see cref="Channels"/>.</summary>
    public string Channel { get; init; } = Playbook is null ? Channels.Api : Channels.Event;

    /// <summary>The attempt with which the task is held: whoever lost it stores nothing more. Null for what is no task.</summary>
    public int? Attempt { get; init; }

    /// <summary>An earlier run was lost with its process, and with it whether a request to a model was under way.</summary>
    public bool Interrupted { get; init; }

    /// <summary>What is called before the specialist is asked.</summary>
    public IReadOnlyList<GatherCall> Gather { get; init; } = [];
}

/// <summary>The answer and everything it rests on.</summary>
/// <param name="Agent">Specialist that answered (<c>support</c>); several joined by <c>+</c>; <c>coordinator</c> for small talk.</param>
/// <param name="Unverified">Figures in the text that no source backs, as written.</param>
/// <param name="Model">Provider and model: <c>rules</c>, <c>openai:gpt-…</c>.</param>
public sealed record TurnAnswer(
    string ConversationId,
    string TaskId,
    string Agent,
    string Text,
    IReadOnlyList<ToolCallView> Tools,
    IReadOnlyList<Receipt> Receipts,
    IReadOnlyList<Citation> Citations,
    IReadOnlyList<ProposalView> Proposals,
    IReadOnlyList<string> Unverified,
    string Model,
    int InputTokens,
    int OutputTokens)
{
    /// <summary>Rounds, calls, time and cost of the turn; null for answers kept from before it was counted.</summary>
    public TurnSpent? Spent { get; init; }
}

/// <summary>One tool call as it ran. Ids are real ids: this is for people and logs, never for a model.</summary>
/// <param name="Failed">True when it was refused or failed; the result then holds the error.</param>
public sealed record ToolCallView(string CallId, string Name, string ArgumentsJson, string ResultJson, bool Failed);

/// <summary>Where a figure of the text comes from.</summary>
/// <param name="Text">The figure as written: <c>$120.00</c>, <c>LUM-0042</c>.</param>
/// <param name="Kind"><c>amount</c>, <c>id</c>, <c>date</c>, <c>count</c>, <c>percent</c>.</param>
/// <param name="Value">Normal form: minor units with currency (<c>12000 usd</c>), real id, ISO date.</param>
/// <param name="Source"><c>tool</c>, <c>quote</c> or <c>asker</c>.</param>
/// <param name="Tool">Tool name when the source is a tool.</param>
/// <param name="CallId">Tool call id.</param>
/// <param name="Path">JSON path in the tool's result: <c>$.lines[2].amount</c>.</param>
/// <param name="ObjectId">Real id of the nearest object around the value.</param>
public sealed record Receipt(string Text, string Kind, string Value, string Source, string? Tool, string? CallId, string? Path, string? ObjectId);

/// <summary>What the answer rests on besides figures.</summary>
/// <param name="Kind"><c>policy</c>, <c>ticket</c> or <c>stripe</c>.</param>
/// <param name="Title">Document and section, or the kind of object.</param>
/// <param name="Reference">Path of the document with its section, or the Stripe id.</param>
/// <param name="Quote">Verbatim words; null for Stripe objects.</param>
public sealed record Citation(string Kind, string Title, string Reference, string? Quote);

/// <summary>What streams while a turn runs.</summary>
public abstract record TurnEvent
{
    private TurnEvent()
    {
    }

    /// <summary>The specialist was chosen.</summary>
    public sealed record Routed(string Agent, double Certainty) : TurnEvent;

    /// <summary>A tool starts; <paramref name="Label"/> is for people.</summary>
    public sealed record ToolStarted(string Name, string Label) : TurnEvent;

    public sealed record ToolFinished(string Name, bool Failed) : TurnEvent;

    /// <summary>A sentence whose figures are checked; never retracted.</summary>
    public sealed record Sentence(string Text) : TurnEvent;

    public sealed record Proposed(ProposalView Proposal) : TurnEvent;

    public sealed record Finished(TurnAnswer Answer) : TurnEvent;

    /// <summary>It ended without an answer, and a person can do something about it; nothing was written.</summary>
    public sealed record Stopped(string Message) : TurnEvent;
}
