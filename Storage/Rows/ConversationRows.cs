namespace BillingCopilot.Storage.Rows;

/// <summary>A conversation of a person with the copilot, or of a webhook task.</summary>
public sealed class ConversationRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string Id { get; set; }

    public required string Person { get; set; }

    /// <summary>Specialist of the last turn; the coordinator leans to it.</summary>
    public string? LastAgent { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>One message of a conversation, in the order it goes to the model.</summary>
public sealed class MessageRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string ConversationId { get; set; }

    public int Seq { get; set; }

    public required string TaskId { get; set; }

    /// <summary><c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public required string Role { get; set; }

    /// <summary>The chat message as JSON: text, calls, results with handles; redacted.</summary>
    public required string Content { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>A handle of a conversation and the id it stands for.</summary>
public sealed class HandleRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string ConversationId { get; set; }

    /// <summary><c>inv3</c>.</summary>
    public required string Handle { get; set; }

    public required string Kind { get; set; }

    public required string ObjectId { get; set; }
}

/// <summary>A prompt file's version and its hash when first seen.</summary>
public sealed class PromptVersionRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary><c>agents/support</c>.</summary>
    public required string Name { get; set; }

    public int Version { get; set; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public required string Hash { get; set; }

    public bool Active { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }
}
