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
/// <param name="Step">Step of the task; with task, operation and arguments it makes the proposal's key.</param>
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
    string? Playbook = null);

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
    string? RequestId);

/// <summary>One decision on a proposal.</summary>
public sealed record ApprovalView(string Person, string Role, string Decision, string Channel, DateTimeOffset At, string? Reason);
