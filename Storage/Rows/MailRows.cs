namespace BillingCopilot.Storage.Rows;

/// <summary>
/// That a mail was handed over, for nodes with an outbox of their own. Written before the mail appears; holds no word of it.
/// At most one a proposal.
/// </summary>
public sealed class MailRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>The proposal that the mail is of.</summary>
    public required string ProposalId { get; set; }

    /// <summary>Machine and folder that it was handed to.</summary>
    public required string Outbox { get; set; }

    /// <summary>When the mail was there; null from when it is about to be.</summary>
    public DateTimeOffset? SentAt { get; set; }
}
