namespace BillingCopilot.Storage.Rows;

/// <summary>A write that waits for, or had, a decision.</summary>
public sealed class ProposalRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    /// <summary>Task, step, operation and arguments: a re-run of the task finds the same row. Unique per tenant.</summary>
    public required string Key { get; set; }

    public required string Operation { get; set; }

    /// <summary>Canonical JSON (RFC 8785).</summary>
    public required string Arguments { get; set; }

    /// <summary>SHA-256 over tenant, account, mode, operation, arguments, digest, what the card shows, requester, policy version and expiry.</summary>
    public required string Hash { get; set; }

    /// <summary>SHA-256 of the declared fields as read at proposal.</summary>
    public required string Digest { get; set; }

    /// <summary>The declared fields themselves, so that a stale proposal can say which one moved.</summary>
    public required string Declared { get; set; }

    public required string PolicyVersion { get; set; }

    /// <summary>snake_case of the status; moves only by compare-and-set.</summary>
    public required string Status { get; set; }

    public required string Title { get; set; }

    public required string CustomerId { get; set; }

    public required string CustomerName { get; set; }

    public required string TargetKind { get; set; }

    public required string TargetId { get; set; }

    /// <summary>Minor units; null when no amount is at stake.</summary>
    public long? AmountMinor { get; set; }

    public string? Currency { get; set; }

    /// <summary>Rows of before → after as JSON.</summary>
    public required string Changes { get; set; }

    public required string Reversibility { get; set; }

    public required string Risk { get; set; }

    /// <summary>The model's words.</summary>
    public required string Reason { get; set; }

    public required string Agent { get; set; }

    public string? Playbook { get; set; }

    public required string RequestedBy { get; set; }

    public required string ConversationId { get; set; }

    public required string TaskId { get; set; }

    public bool Livemode { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Business time before which nothing is sent; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>What it rests on, as JSON: receipts and quotes, the objects that were read again for it.</summary>
    public string Evidence { get; set; } = "{}";

    /// <summary>SHA-256 of operation and arguments: finds the equal proposal of an earlier turn.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>The newest equal proposal made before this one.</summary>
    public string? EarlierId { get; set; }

    /// <summary>The proposal that this one was edited from.</summary>
    public string? ReplacesId { get; set; }

    /// <summary>The proposal whose effect this one undoes.</summary>
    public string? UndoesId { get; set; }

    /// <summary>What it has in common with others: operation with playbook, or with conversation.</summary>
    public string Cause { get; set; } = "";

    public string? ResultObjectId { get; set; }

    public string? ResultText { get; set; }

    public string? RequestId { get; set; }
}

/// <summary>A person's decision on a proposal. Insert only.</summary>
public sealed class ApprovalRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string ProposalId { get; set; }

    public required string Person { get; set; }

    public required string Role { get; set; }

    /// <summary><c>approved</c> or <c>rejected</c>.</summary>
    public required string Decision { get; set; }

    /// <summary>The proposal's hash that the person saw.</summary>
    public required string Hash { get; set; }

    /// <summary><c>console</c>, <c>api</c>, <c>cli</c>, <c>teams</c>, <c>slack</c>, <c>standing</c>.</summary>
    public required string Channel { get; set; }

    /// <summary>Not written any more: a rejection's words stand in <see cref="ProposalRow.ResultText"/>, where they can be erased.</summary>
    public string? Reason { get; set; }

    /// <summary>The signed list that this decision was a row of, or the standing approval that minted it.</summary>
    public string? Source { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>One execution of a proposal, written before the first call leaves.</summary>
public sealed class ExecutionRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string ProposalId { get; set; }

    public required string IdempotencyKey { get; set; }

    /// <summary>SHA-256 of operation and canonical arguments.</summary>
    public required string ParametersHash { get; set; }

    /// <summary>Business time of the first attempt; after 23 h the key is never sent again.</summary>
    public DateTimeOffset FirstSentAt { get; set; }

    public int Attempts { get; set; }

    public string? LeaseOwner { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>
    /// <c>claimed</c> (nothing has left yet), <c>sent</c>, <c>executed</c>, <c>failed</c>, <c>stale</c>, <c>needs_reconcile</c>.
    /// </summary>
    public required string Status { get; set; }

    public string? Outcome { get; set; }
}

/// <summary>One link of the audit chain of a tenant on a node. Insert only.</summary>
public sealed class AuditRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>The node whose chain this is.</summary>
    public string Node { get; set; } = "main";

    /// <summary>1, 2, 3, … without gaps, per tenant and node.</summary>
    public long Seq { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary><c>proposal.created</c>, <c>approval.recorded</c>, <c>execution.started</c>, …</summary>
    public required string Kind { get; set; }

    /// <summary>Person id, agent or <c>executor</c>.</summary>
    public required string Actor { get; set; }

    /// <summary>What it is about: proposal id, task id.</summary>
    public required string Subject { get; set; }

    /// <summary>Canonical JSON of the details; no personal data, no secrets.</summary>
    public required string Details { get; set; }

    /// <summary>Hash of the entry before this one; 64 zeros for the first.</summary>
    public required string PreviousHash { get; set; }

    /// <summary>SHA-256 over tenant, node, seq, time, kind, actor, subject, details and the previous hash.</summary>
    public required string Hash { get; set; }
}
