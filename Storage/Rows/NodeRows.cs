namespace BillingCopilot.Storage.Rows;

/// <summary>A key that protects sign-in cookies, so that each node reads what another wrote.</summary>
public sealed class ProtectionKeyRow : ITenantRow
{
    /// <summary>The default tenant: keys are of the installation.</summary>
    public required string TenantId { get; set; }

    public required string Name { get; set; }

    /// <summary>The key ring's own XML.</summary>
    public required string Xml { get; set; }
}

/// <summary>What is left of an account's pace, shared by the nodes.</summary>
public sealed class RateBucketRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>What it limits: <c>stripe</c>.</summary>
    public required string Name { get; set; }

    /// <summary>Requests that may be sent now.</summary>
    public double Tokens { get; set; }

    /// <summary>When it was last filled up, by the database's clock.</summary>
    public DateTimeOffset FilledAt { get; set; }
}

/// <summary>One event of a chat turn's stream, so that a client may go on reading at any node.</summary>
public sealed class StreamEventRow : ITenantRow
{
    public required string TenantId { get; set; }

    public required string TaskId { get; set; }

    /// <summary>From 1 within the task.</summary>
    public int Seq { get; set; }

    /// <summary>Its name on the wire: <c>sentence</c>.</summary>
    public required string Name { get; set; }

    /// <summary>Its data as JSON.</summary>
    public required string Data { get; set; }
}
