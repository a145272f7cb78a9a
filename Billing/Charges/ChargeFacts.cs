namespace BillingCopilot.Billing.Charges;

/// <summary>What the rules need to know of a charge.</summary>
/// <param name="CardKey">Same value means same card: a fingerprint or a payment method id. Null when unknown; never shown.</param>
/// <param name="Succeeded">Money was taken.</param>
/// <param name="InvoiceId">The invoice it pays; null for one that pays none.</param>
/// <param name="Disputed">The cardholder has challenged it: a refund on top would pay twice.</param>
public sealed record ChargeFacts(
    string Id,
    string CustomerId,
    Money Amount,
    long AmountRefunded,
    string? CardKey,
    DateTimeOffset Created,
    bool Succeeded,
    bool Disputed,
    string? InvoiceId,
    string? InvoiceNumber,
    string? Description)
{
    /// <summary>An attempt that took no money; false for one that is under way.</summary>
    public bool Declined { get; init; }
}
