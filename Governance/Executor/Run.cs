using System.Text.Json.Nodes;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Executor;

/// <summary>One execution that this process holds the lease of.</summary>
internal sealed record Run(TenantContext Tenant, ProposalRow Proposal, ExecutionRow Execution, IReadOnlyList<ApprovalRow> Approvals, OperationInvoker Operation)
{
    /// <summary>A key of this execution left the process once: it may have had its effect.</summary>
    public bool WasSent { get; } = Execution.Status == ExecutionStatus.Sent;

    /// <summary>Parsed anew for each call, since an operation may change what it is given.</summary>
    public JsonObject Arguments => JsonNode.Parse(Proposal.Arguments)!.AsObject();

    public WriteGrant Grant { get; } = new(
        Tenant, Proposal.Id, Proposal.Operation, Execution.IdempotencyKey, string.Join(',', Approvals.Select(a => a.Person)), Proposal.Agent,
        Declaration.Read(Proposal.Declared));

    /// <summary>When the approval that completed it was given; the beginning of time without any.</summary>
    public DateTimeOffset ApprovedAt => Approvals.Select(a => a.At).DefaultIfEmpty().Max();

    /// <summary>Business time of the first attempt.</summary>
    public DateTimeOffset FirstSentAt { get; set; } = Execution.FirstSentAt;

    public int Attempts { get; set; } = Execution.Attempts;

    /// <summary>The last request id that the far side gave, whatever became of the request.</summary>
    public string? RequestId { get; set; }

    /// <summary>The same for a proposal on every node and after every crash.</summary>
    public static string KeyOf(TenantContext tenant, string proposalId) =>
        "bcp_" + CanonicalJson.HashText($"{tenant.Id}\n{tenant.Account}\n{proposalId}")[..40];

    /// <summary>What a person should look at when nothing better is known.</summary>
    public string LookAt =>
        $"Check in Stripe whether this took effect: look for metadata copilot_proposal={Proposal.Id}, or for idempotency key {Execution.IdempotencyKey} in the request log.";

    public static IEnumerable<ApprovalRow> Approving(IEnumerable<ApprovalRow> all) => all.Where(a => a.Decision == Decision.Approved).OrderBy(a => a.At);
}

/// <summary>Wire values of an execution's status.</summary>
internal static class ExecutionStatus
{
    /// <summary>Leased; nothing has left the process.</summary>
    public const string Claimed = "claimed";

    /// <summary>An attempt left the process, or was about to.</summary>
    public const string Sent = "sent";
    public const string NeedsReconcile = "needs_reconcile";

    /// <summary>Outcome of what took effect while something that goes with it (a mark) is missing still.</summary>
    public const string Unfinished = "unfinished";
}
