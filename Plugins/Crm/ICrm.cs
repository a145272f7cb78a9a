using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Crm;

/// <summary>A note on a customer.</summary>
/// <param name="Author">Ids of the people who approved it.</param>
public sealed record CrmNote(string CustomerId, string Text, string Author, DateTimeOffset At);

/// <summary>What the CRM knows of a customer, as colleagues wrote it there; null what it does not say.</summary>
/// <param name="Owner">Colleague who looks after them.</param>
public sealed record CrmAccount(string? Owner, string? Segment, string? Tier);

/// <summary>A CRM, for reading. A vendor's takes the place of the local one.</summary>
public interface ICrm
{
    /// <summary>Notes on a customer, newest first; those on tickets too.</summary>
    Task<IReadOnlyList<CrmNote>> NotesAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken);

    /// <summary>The customer's account; null when the CRM has none.</summary>
    Task<CrmAccount?> AccountAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken);

    /// <summary>True when this proposal's note is on its customer.</summary>
    Task<bool> HasNoteAsync(TenantContext tenant, string proposalId, CancellationToken cancellationToken);
}

/// <summary>What may be written into a CRM; opened for one grant.</summary>
public interface ICrmWriter
{
    /// <summary>Adds a note, once for a grant however often it is called.</summary>
    Task AddNoteAsync(string customerId, string text, CancellationToken cancellationToken);
}
