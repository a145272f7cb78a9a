using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Everything that is on record around one dispute, read at one time.</summary>
/// <param name="Others">Every other dispute of the account.</param>
/// <param name="Customer">Whose charge it is; null for a deleted customer or none.</param>
/// <param name="Earlier">Payments with the same card before it.</param>
/// <param name="Product">What was sold, in words.</param>
/// <param name="AllKnown">False when there are more disputes than were read.</param>
/// <param name="Terms">What contesting costs and by when we want it done; null where no policy says so.</param>
internal sealed record DisputeDossier(
    Dispute Dispute,
    IReadOnlyList<Dispute> Others,
    Charge Charge,
    Invoice? Invoice,
    Subscription? Subscription,
    Customer? Customer,
    DisputedCharge Facts,
    IReadOnlyList<EarlierPayment> Earlier,
    string Product,
    bool AllKnown,
    ContestTerms? Terms)
{
    public DisputeReason Reason { get; } = DisputeReason.Of(Dispute.Reason);

    public EvidencePack Pack { get; } = EvidencePack.Collect(DisputeReason.Of(Dispute.Reason), Facts);

    public PurchaseTraits Traits { get; } = RecordedFacts.TraitsOf(Charge.Metadata);

    public CompellingEvidence Visa { get; } = VisaOf(Dispute, Charge, Earlier);

    public Money Amount { get; } = new(Dispute.Amount, Dispute.Currency);

    public ContestCost Cost { get; } = ContestCost.Of(Movements(Dispute), Others.SelectMany(Movements), Dispute.Currency, Dispute.PaymentMethodDetails?.Type is "card" ? Terms : null);

    public DisputeOdds Odds { get; } = OddsOf(Others.Append(Dispute));

    /// <summary>The bank asks before money moves.</summary>
    public bool IsInquiry => Dispute.Status.StartsWith("warning_", StringComparison.Ordinal);

    /// <summary>The network's or the lender's own code, in words.</summary>
    public string? NetworkReason { get; } = Dispute.PaymentMethodDetails switch
    {
        { Card: { } card } => NetworkCodes.Say(card.Network ?? card.Brand, card.NetworkReasonCode),
        { Klarna: { } klarna } => NetworkCodes.Say("klarna", klarna.ReasonCode),
        { Paypal: { } paypal } => NetworkCodes.Say("paypal", paypal.ReasonCode),
        _ => null,
    };

    /// <summary>A case about a network's rules, which Stripe lets nobody contest who has not acknowledged the network's fee.</summary>
    public bool IsCompliance => Reason.IsCompliance || Dispute.EvidenceDetails?.EnhancedEligibility is { } eligible && (eligible.VisaCompliance is not null || eligible.MastercardCompliance is not null);

    /// <summary>Waits for an answer that would still be read. Whether the day has passed is Stripe's to say.</summary>
    public bool IsOpen => DisputeRow.IsOpen(Dispute) && Dispute.EvidenceDetails?.PastDue != true;

    /// <param name="small">By currency: a dispute of less is accepted, the policy says. A currency that is not there has no such amount.</param>
    public DisputeAdvice Advice(IReadOnlyDictionary<string, Money>? small) => DisputeAdvice.Of(
        IsOpen, IsInquiry, IsCompliance, !(small?.GetValueOrDefault(Amount.Currency) is { } least && Amount.AmountMinor < least.AmountMinor), Reason, Pack, Visa);

    /// <summary>Personal facts for the bank; a model never sees them.</summary>
    public DisputeParty Party => new(
        Customer?.NameOf().Value,
        Customer?.Email,
        AddressOf(Charge.BillingDetails?.Address ?? Customer?.Address),
        Traits.Ip,
        Product,
        RecordedFacts.Name(RecordedFacts.Carrier, Charge.Metadata),
        RecordedFacts.Name(RecordedFacts.Tracking, Charge.Metadata));

    /// <summary>What an approval of something about it is bound to.</summary>
    public Dictionary<string, string> Declared => new(StringComparer.Ordinal)
    {
        ["dispute"] = Dispute.Id,
        ["status"] = Dispute.Status,
        ["amount"] = $"{Dispute.Amount}",
        ["currency"] = Dispute.Currency,
        ["reason"] = Dispute.Reason,
        ["due_by"] = Dispute.EvidenceDetails?.DueBy is { } due ? $"{Dates.Instant(due).ToUnixTimeSeconds()}" : "",
        ["has_evidence"] = Dispute.EvidenceDetails?.HasEvidence == true ? "true" : "false",
        ["submission_count"] = $"{Dispute.EvidenceDetails?.SubmissionCount ?? 0}",
        ["amount_refunded"] = $"{Charge.AmountRefunded}",
        ["customer"] = Customer?.Id ?? "",
    };

    internal static CompellingEvidence VisaOf(Dispute dispute, Charge charge, IEnumerable<EarlierPayment> earlier) => CompellingEvidence.Check(
        dispute.PaymentMethodDetails?.Card?.Brand, dispute.PaymentMethodDetails?.Card?.NetworkReasonCode, dispute.Reason, Dates.Instant(charge.Created), RecordedFacts.TraitsOf(charge.Metadata), earlier);

    /// <summary>Only what we contested counts.</summary>
    internal static DisputeOdds OddsOf(IEnumerable<Dispute> disputes) => DisputeOdds.Of(disputes.Select(d => (d.Status, d.EvidenceDetails?.SubmissionCount > 0)));

    private static string? AddressOf(Address? address) =>
        address is null || string.Join(", ", new[] { address.Line1, address.Line2, address.PostalCode, address.City, address.State, address.Country }.Where(p => !string.IsNullOrWhiteSpace(p))) is not { Length: > 0 } text ? null : text;

    private static List<DisputeMovement> Movements(Dispute dispute) =>
        [.. (dispute.BalanceTransactions ?? []).Select(m => new DisputeMovement(new Money(m.Amount, m.Currency), new Money(m.Fee, m.Currency)))];
}
