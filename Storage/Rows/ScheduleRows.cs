namespace BillingCopilot.Storage.Rows;

/// <summary>One due time of a schedule. Its key lets several nodes run it once.</summary>
public sealed class ScheduleRunRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>Name of the schedule: <c>catch_up</c>, or a playbook's.</summary>
    public required string Schedule { get; set; }

    /// <summary>When it was due, in business time.</summary>
    public DateTimeOffset DueAt { get; set; }

    public required string TaskId { get; set; }

    /// <summary>When its work was done; null while it waits, and for playbooks, whose task says it.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>What the catch-up found missing.</summary>
    public int Found { get; set; }
}
