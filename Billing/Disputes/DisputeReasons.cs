using static BillingCopilot.Billing.Disputes.EvidenceKind;

namespace BillingCopilot.Billing.Disputes;

/// <summary>What is said against a charge, in plain words, and what answers it.</summary>
/// <param name="Claim">Who says what, without a full stop: <c>The cardholder says that …</c>.</param>
/// <param name="Answers">Kinds of evidence, most telling first.</param>
public sealed record DisputeReason(string Claim, IReadOnlyList<EvidenceKind> Answers)
{
    private static readonly EvidenceKind[] Anything = [Invoice, Usage, LogIns, Correspondence, Mails, RefundPolicy];
    private static readonly EvidenceKind[] WhoPaid = [EarlierPayments, Usage, LogIns, Correspondence, Mails, Invoice];

    /// <summary>Every <c>reason</c> of Stripe's: https://docs.stripe.com/api/disputes/object#dispute_object-reason.</summary>
    private static readonly Dictionary<string, DisputeReason> Known = new(StringComparer.Ordinal)
    {
        ["bank_cannot_process"] = SentBack("The customer's bank says that it can't carry the payment out"),
        ["check_returned"] = SentBack("The customer's bank says that the check came back unpaid"),
        ["credit_not_processed"] = new("The cardholder says that a refund was promised and never came", [Refunds, RefundPolicy, Correspondence, Invoice]),
        ["customer_initiated"] = new("The customer had the payment taken back at their bank, and no more is said", Anything),
        ["debit_not_authorized"] = new("The customer's bank says that the debit was not allowed by the account's holder", [EarlierPayments, Usage, LogIns, Subscription, Correspondence, Mails, Invoice]),
        ["duplicate"] = new("The cardholder says that the same thing was charged twice", [OtherCharge, Correspondence, Invoice]),
        ["fraudulent"] = new("The cardholder says that they did not make or allow the payment", WhoPaid),
        ["general"] = new("The cardholder objects to the charge, and the bank gives no category for it", Anything),
        ["incorrect_account_details"] = SentBack("The customer's bank says that the account's details are wrong"),
        ["insufficient_funds"] = SentBack("The customer's bank says that the account holds too little money"),
        ["noncompliant"] = new("The card's bank says that the payment broke a rule of the card network", Anything) { IsCompliance = true },
        ["product_not_received"] = new("The cardholder says that what was paid for was not delivered", [Usage, LogIns, Delivery, Subscription, Correspondence, Mails, Invoice]),
        ["product_unacceptable"] = new("The cardholder says that what was delivered is faulty or not as described", [Usage, LogIns, Delivery, RefundPolicy, Correspondence, Mails, Invoice]),
        ["subscription_canceled"] = new("The cardholder says that the subscription was canceled before the charge", [Cancellation, Usage, LogIns, CancellationPolicy, Correspondence, Mails, Invoice]),
        ["unrecognized"] = new("The cardholder says that they do not recognize the charge", [Invoice, .. WhoPaid.SkipLast(1)]),
    };

    /// <summary>The bank sent the payment back: no claim that evidence could answer.</summary>
    public bool IsSentBack { get; private init; }

    /// <summary>Contesting it puts a fee of the network's own at stake, which somebody has to acknowledge.</summary>
    public bool IsCompliance { get; private init; }

    public static IEnumerable<string> All => Known.Keys;

    /// <param name="reason">Stripe's <c>reason</c>. One that came up later is named as it is, and nothing is read into it.</param>
    public static DisputeReason Of(string reason) => Known.GetValueOrDefault(reason)
        ?? new DisputeReason($"The bank objects for a reason that has no words here yet ({Name(reason)})", Anything);

    private static DisputeReason SentBack(string claim) => new(claim, [Invoice]) { IsSentBack = true };

    private static string Name(string? reason) =>
        reason is { Length: > 0 and <= 60 } && reason.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? reason.Replace('_', ' ') : "unnamed";
}

/// <summary>What can stand behind a charge.</summary>
public enum EvidenceKind
{
    /// <summary>The invoice that the charge paid.</summary>
    Invoice,

    /// <summary>The subscription that was billed.</summary>
    Subscription,

    /// <summary>When and how the subscription was ended, or that it was not.</summary>
    Cancellation,

    /// <summary>Use of the service in the billed period.</summary>
    Usage,

    /// <summary>The account's last log-in, from our own records.</summary>
    LogIns,

    /// <summary>That something was delivered.</summary>
    Delivery,

    /// <summary>What the customer wrote to us.</summary>
    Correspondence,

    /// <summary>What we mailed about the invoice.</summary>
    Mails,

    /// <summary>Undisputed payments with the same card.</summary>
    EarlierPayments,

    /// <summary>The charge that this one is said to repeat.</summary>
    OtherCharge,

    /// <summary>What was given back of the charge.</summary>
    Refunds,

    /// <summary>Our rule on refunds.</summary>
    RefundPolicy,

    /// <summary>Our rule on cancellations.</summary>
    CancellationPolicy,
}
