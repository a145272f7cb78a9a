using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Proposals;

/// <summary>What an agent asks to be done.</summary>
/// <param name="Tenant">Whose account.</param>
/// <param name="Operation">Operation name.</param>
/// <param name="Arguments">
/// Arguments with real ids (handles are already resolved) and amounts as decimal text (<c>120.00 USD</c>);
/// bound to the operation's record, and refused field by field when they don't fit.
/// </param>
/// <param name="Requester">The person on whose behalf it is asked; policy says whether they may.</param>
/// <param name="Agent">Name and version of the agent: <c>support.v1</c>.</param>
/// <param name="TaskId">The task this belongs to.</param>
/// <param name="Step">Step of the task; with task, operation and arguments it makes the proposal's key. 0 where nothing is called in steps: a form filled in by hand.</param>
/// <param name="ConversationId">Conversation to report back to.</param>
/// <param name="Reason">The model's own words, shown apart and marked as AI text.</param>
/// <param name="Playbook">Playbook that started the task; null for chat.</param>
public sealed record ProposeRequest(
    TenantContext Tenant,
    string Operation,
    JsonObject Arguments,
    Person Requester,
    string Agent,
    string TaskId,
    int Step,
    string ConversationId,
    string Reason,
    string? Playbook = null)
{
    /// <summary>Business time before which nothing is sent; null for at once. At most 30 days ahead.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The same in the customer's own zone, as it was said: <c>Tuesday 9:00 their time</c>. The book finds the zone.</summary>
    public string? NotBeforeTheirs { get; init; }

    /// <summary>What the reason rests on.</summary>
    public ProposalEvidence Evidence { get; init; } = ProposalEvidence.None;

    /// <summary>
    /// Gives the step in place of <see cref="Step"/>, by a digest of what is asked for, in normal form: the ordinal of the
    /// task's call that first asked for it, the same whenever the task is run.
    /// </summary>
    public Func<string, CancellationToken, Task<int>>? StepOf { get; init; }

    /// <summary>The pending proposal that this one takes the place of.</summary>
    public string? Replaces { get; init; }

    /// <summary>The executed proposal whose effect this one undoes.</summary>
    public string? Undoes { get; init; }

    /// <summary>How many undoings of the same were proposed before and ended without an effect: asked for again, it is another.</summary>
    public int EndedUndoings { get; init; }

    /// <summary><see cref="Agent"/> of what a person wrote by hand: no prompt had a part in it.</summary>
    public const string ByHand = "person";
}

/// <summary>What a proposal rests on: figures with their sources, and words of policies and tickets.</summary>
/// <param name="Receipts">One a figure of the reason.</param>
/// <param name="Quotes">What was quoted to the agent before it proposed.</param>
/// <param name="Unbacked">Figures of the reason that nothing backs, as written.</param>
/// <param name="ReadAgain">Ids of the objects that were read for it in this task; filled in by the book.</param>
public sealed record ProposalEvidence(
    IReadOnlyList<EvidenceReceipt> Receipts, IReadOnlyList<EvidenceQuote> Quotes, IReadOnlyList<string> Unbacked, IReadOnlyList<string> ReadAgain)
{
    public static ProposalEvidence None { get; } = new([], [], [], []);
}

/// <summary>A figure and where it comes from.</summary>
/// <param name="Text">As written.</param>
/// <param name="Value">Normal form.</param>
/// <param name="Source"><c>tool</c>, <c>quote</c> or <c>asker</c>.</param>
/// <param name="Tool">The tool that returned it.</param>
/// <param name="Path">JSON path in its result.</param>
/// <param name="ObjectId">The object it belongs to.</param>
public sealed record EvidenceReceipt(string Text, string Value, string Source, string? Tool, string? Path, string? ObjectId);

/// <summary>Verbatim words of a policy or a past ticket.</summary>
public sealed record EvidenceQuote(string Kind, string Document, string Section, string Quote);

/// <summary>Where a proposal stands. Wire values are the snake_case names.</summary>
public enum ProposalStatus
{
    Pending,
    Approved,
    Executing,
    Executed,
    Failed,
    Rejected,
    Expired,
    Stale,
    NeedsReconcile,

    /// <summary>Edited before it was decided: another proposal took its place.</summary>
    Replaced,
}

/// <summary>A proposal as cards, the API and answers show it: rendered by code from the canonical arguments.</summary>
public sealed record ProposalView(
    string Id,
    string TenantId,
    string Operation,
    Risk Risk,
    ProposalStatus Status,
    string Hash,
    string Title,
    JsonObject Arguments,
    ObjectRef Customer,
    string CustomerName,
    ObjectRef Target,
    Money? Amount,
    IReadOnlyList<PreviewChange> Changes,
    string Reversibility,
    string Reason,
    string Agent,
    string RequestedBy,
    string ConversationId,
    string TaskId,
    bool Livemode,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<ApprovalView> Approvals,
    string? ResultObjectId,
    string? ResultText,
    string? RequestId)
{
    /// <summary>Business time before which nothing is sent; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Playbook that started the task; null for chat.</summary>
    public string? Playbook { get; init; }

    public ProposalEvidence Evidence { get; init; } = ProposalEvidence.None;

    /// <summary>The newest equal proposal of an earlier turn; null when it is the first.</summary>
    public EarlierProposal? Earlier { get; init; }

    /// <summary>The proposal that this one was edited from.</summary>
    public string? Replaces { get; init; }

    /// <summary>The proposal whose effect this one undoes.</summary>
    public string? Undoes { get; init; }

    /// <summary>True when <see cref="Reason"/> is the requester's own words, false when a model wrote it.</summary>
    public bool ReasonIsAPersons { get; init; }

    /// <summary>Why two different people have to approve it, as things stand; null when one is enough, or it is decided.</summary>
    public string? SecondApprover { get; init; }

    /// <summary>What it has in common with others that one signature may cover.</summary>
    public string Cause { get; init; } = "";
}

/// <summary>An equal proposal that was made before.</summary>
public sealed record EarlierProposal(string Id, ProposalStatus Status, DateTimeOffset CreatedAt);

/// <summary>One decision on a proposal.</summary>
public sealed record ApprovalView(string Person, string Role, string Decision, string Channel, DateTimeOffset At, string? Reason)
{
    /// <summary>The signed list that it was a row of, or the standing approval that minted it; null for a decision by itself.</summary>
    public string? Source { get; init; }
}
