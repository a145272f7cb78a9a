namespace BillingCopilot.Storage.Rows;

/// <summary>Proposals of one cause, signed together as one enumerated list.</summary>
public sealed class BatchRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    public required string Cause { get; set; }

    public required string Operation { get; set; }

    /// <summary>Ids and hashes of the proposals in it, as canonical JSON; rows can be taken out until it is signed.</summary>
    public required string Items { get; set; }

    /// <summary>SHA-256 of the list and its totals.</summary>
    public required string Hash { get; set; }

    public required string CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public string? SignedBy { get; set; }

    public string? Channel { get; set; }

    public DateTimeOffset? SignedAt { get; set; }
}

/// <summary>A kill switch: one operation, or <c>*</c> for everything.</summary>
public sealed class KillSwitchRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Name { get; set; }

    /// <summary>True while nothing may be proposed, approved or sent.</summary>
    public bool Stopped { get; set; }

    public required string Person { get; set; }

    public string? Reason { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>The circuit breaker of an operation; without a row it is closed.</summary>
public sealed class BreakerRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Operation { get; set; }

    /// <summary><c>closed</c>, <c>open</c> or <c>half_open</c>.</summary>
    public required string State { get; set; }

    /// <summary>What tripped it: <c>rejections</c>, <c>failures</c>, <c>spend</c>, <c>anomaly</c>.</summary>
    public required string Cause { get; set; }

    public DateTimeOffset Since { get; set; }

    /// <summary>The one proposal let through while half open.</summary>
    public string? TrialId { get; set; }
}

/// <summary>A person's signature under future proposals of one operation, within limits.</summary>
public sealed class StandingApprovalRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    public required string Operation { get; set; }

    /// <summary>Only proposals of this playbook; null for any.</summary>
    public string? Playbook { get; set; }

    /// <summary>Only customers of this segment of rollout.yaml; null for any.</summary>
    public string? Segment { get; set; }

    /// <summary>Most for one use, minor units; null only where no amount is at stake.</summary>
    public long? PerUse { get; set; }

    /// <summary>Most for all uses within 24 hours, minor units.</summary>
    public long? PerDay { get; set; }

    public string? Currency { get; set; }

    /// <summary>Most uses within 24 hours.</summary>
    public int UsesPerDay { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>SHA-256 of the terms: what the person signed.</summary>
    public required string Hash { get; set; }

    public required string Person { get; set; }

    public required string Role { get; set; }

    public required string Channel { get; set; }

    public DateTimeOffset SignedAt { get; set; }

    public string? RevokedBy { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Says which store the keys of this tenant's encrypted words are in. The keys themselves are never in this database.</summary>
public sealed class SubjectKeyRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary><c>*</c>: all of them.</summary>
    public required string Subject { get; set; }

    /// <summary>Fingerprint of the store.</summary>
    public required string WrappedKey { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A redacted prompt and answer, encrypted. The audit entry holds its hash, so the chain outlives it.</summary>
public sealed class AuditContentRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    /// <summary>Subjects whose keys are needed, all of them, as JSON.</summary>
    public required string Subjects { get; set; }

    /// <summary>Base64 of nonce, tag and cipher text.</summary>
    public required string Cipher { get; set; }

    public DateTimeOffset At { get; set; }
}
