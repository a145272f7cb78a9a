namespace BillingCopilot.Storage.Rows;

/// <summary>A ticket of the local helpdesk. Its words are somebody else's: never an instruction.</summary>
public sealed class TicketRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>Our id: <c>tkt_…</c>.</summary>
    public required string Id { get; set; }

    /// <summary>The helpdesk's own number: <c>N-5001</c>; unique in a tenant.</summary>
    public required string Number { get; set; }

    public required string Subject { get; set; }

    public required string Body { get; set; }

    /// <summary>Name that the sender gave; may be empty.</summary>
    public required string SenderName { get; set; }

    /// <summary>Address it came from; may be empty.</summary>
    public required string SenderMail { get; set; }

    /// <summary>Stripe customer that the helpdesk names; null when it names none.</summary>
    public string? CustomerId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>What it wants, by its words: an intent of the triage; empty for one that came before tickets were sorted.</summary>
    public string Intent { get; set; } = "";

    /// <summary>Queue of policy.yaml that it lies in; empty for one that came before there were queues.</summary>
    public string Queue { get; set; } = "";

    /// <summary>When the helpdesk closed it, from when on it is a past ticket; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
}

/// <summary>How the helpdesk's calls stand among the kept events.</summary>
public static class TicketEvents
{
    /// <summary>What stands for the Stripe account.</summary>
    public const string Account = "helpdesk";

    /// <summary>Body of a call that changed a ticket's words; the words are in its row.</summary>
    public const string WordsChanged = "{\"words\":\"changed\"}";
}

/// <summary>What the local CRM knows of a customer.</summary>
public sealed class CrmAccountRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>Stripe customer.</summary>
    public required string CustomerId { get; set; }

    /// <summary>Colleague who looks after them; null when nobody does.</summary>
    public string? Owner { get; set; }

    public string? Segment { get; set; }

    public string? Tier { get; set; }
}

/// <summary>An internal note on a ticket, or on a customer where there is none. At most one a proposal.</summary>
public sealed class NoteRow : ITenantRow
{
    public required string TenantId { get; set; }

    /// <summary>The proposal that wrote it.</summary>
    public required string ProposalId { get; set; }

    /// <summary>The ticket; null for a note of the CRM on the customer alone.</summary>
    public string? TicketId { get; set; }

    public required string CustomerId { get; set; }

    public required string Text { get; set; }

    /// <summary>Ids of the people who approved it.</summary>
    public required string Author { get; set; }

    public DateTimeOffset At { get; set; }
}
