using System.ComponentModel.DataAnnotations.Schema;

namespace BillingCopilot.Storage.Rows;

/// <summary>Every row carries its tenant: one Stripe account in one mode.</summary>
public interface ITenantRow
{
    string TenantId { get; set; }
}

/// <summary>A Stripe event as it arrived; unique by tenant, account and event id.</summary>
public sealed class InboxEventRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Account { get; set; }

    public required string EventId { get; set; }

    public required string Type { get; set; }

    /// <summary>Id of the object the event is about.</summary>
    public required string ObjectId { get; set; }

    /// <summary>The verified body, as received.</summary>
    public required string Payload { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The task it started; null when no playbook wants its type.</summary>
    public string? TaskId { get; set; }
}

/// <summary>A unit of durable work: a chat turn, a webhook, a schedule.</summary>
public sealed class TaskRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    /// <summary><c>chat</c>, <c>webhook</c> or <c>schedule</c>.</summary>
    public required string Kind { get; set; }

    /// <summary><c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c>.</summary>
    public required string Status { get; set; }

    public required string ConversationId { get; set; }

    /// <summary>Person id, or <c>automation</c>.</summary>
    public required string RequestedBy { get; set; }

    public string? Playbook { get; set; }

    /// <summary>What to do, as JSON: the message, or the event's type and object.</summary>
    public required string Input { get; set; }

    /// <summary>The finished answer as JSON.</summary>
    public string? Answer { get; set; }

    /// <summary>The customer it works for. One running task has a lane at a time, which an index keeps; null shares with all.</summary>
    public string? Lane { get; set; }

    /// <summary>Playbook and object, for tasks of events: events about one cause share a task.</summary>
    public string? Cause { get; set; }

    /// <summary>When the event that started it happened at Stripe.</summary>
    public DateTimeOffset? CauseAt { get; set; }

    /// <summary>Also the fencing token: it grows with each taking.</summary>
    public int Attempts { get; set; }

    public string? LeaseOwner { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public DateTimeOffset AvailableAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public string? Error { get; set; }

    /// <summary>True where whoever worked on it went away without a word. Known to whoever takes it then, and stored nowhere.</summary>
    [NotMapped]
    public bool Abandoned { get; set; }
}

/// <summary>
/// One journaled step of a task: a completed model response or tool result, a sentence given out, a first proposal. A resumed task replays it before
/// it calls a model.
/// </summary>
public sealed class StepRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string TaskId { get; set; }

    /// <summary><c>model</c>, <c>tool</c>, <c>given</c> or <c>proposed</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>Position (model, given) or call id (tool) within the task; a digest of what was proposed.</summary>
    public required string Key { get; set; }

    /// <summary>Digest of the request this answers; a replay with another request is refused.</summary>
    public required string RequestHash { get; set; }

    /// <summary>The response as JSON.</summary>
    public required string Content { get; set; }

    public DateTimeOffset At { get; set; }
}
