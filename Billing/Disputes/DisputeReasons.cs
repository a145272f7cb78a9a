namespace BillingCopilot.Billing.Disputes;

/// <summary>What a bank says against a charge, in plain words, and what answers it.</summary>
/// <param name="Words">After "The cardholder says": <c>that …</c>.</param>
/// <param name="Answers">Kinds of evidence, most telling first.</param>
public sealed record DisputeReason(string Words, IReadOnlyList<EvidenceKind> Answers)
{
    private static readonly Dictionary<string, DisputeReason> Known = new(StringComparer.Ordinal)
    {
        ["credit_not_processed"] = new("that a refund was promised and never came", [EvidenceKind.Refunds, EvidenceKind.RefundPolicy, EvidenceKind.Invoice]),
        ["duplicate"] = new("that the same thing was charged twice", [EvidenceKind.OtherCharge, EvidenceKind.Invoice]),
        ["fraudulent"] = new("that they did not make or allow the payment", [EvidenceKind.EarlierPayments, EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.Mails, EvidenceKind.Invoice]),
        ["general"] = new("only that they object to the charge", [EvidenceKind.Invoice, EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.Mails, EvidenceKind.RefundPolicy]),
        ["product_not_received"] = new("that what was paid for was not delivered", [EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.Delivery, EvidenceKind.Subscription, EvidenceKind.Mails, EvidenceKind.Invoice]),
        ["product_unacceptable"] = new("that what was delivered is faulty or not as described", [EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.Delivery, EvidenceKind.RefundPolicy, EvidenceKind.Mails, EvidenceKind.Invoice]),
        ["subscription_canceled"] = new("that the subscription was canceled before the charge", [EvidenceKind.Cancellation, EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.CancellationPolicy, EvidenceKind.Mails, EvidenceKind.Invoice]),
        ["unrecognized"] = new("that they do not recognize the charge", [EvidenceKind.Invoice, EvidenceKind.EarlierPayments, EvidenceKind.Usage, EvidenceKind.LogIns, EvidenceKind.Mails]),
    };

    /// <param name="reason">Stripe's <c>reason</c>; one that is not known reads as <c>general</c>.</param>
    public static DisputeReason Of(string reason) => Known.GetValueOrDefault(reason) ?? Known["general"];
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
