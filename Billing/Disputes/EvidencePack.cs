using System.Globalization;

namespace BillingCopilot.Billing.Disputes;

/// <summary>What is known around a disputed charge.</summary>
/// <param name="InvoiceNumber">That the charge paid; null when it paid none.</param>
/// <param name="Period">First and last day that it was for.</param>
/// <param name="SubscribedOn">Start of the subscription that was billed.</param>
/// <param name="EndedOn">When that subscription ended; null while it runs.</param>
/// <param name="EndAsked">Whether an end is set.</param>
/// <param name="Used">Units of metered use between the charge and the dispute; null when nothing is metered.</param>
/// <param name="EarlierPayments">Undisputed payments with the same card before it.</param>
/// <param name="SameAmountSameDay">Other charges of that amount on that day.</param>
/// <param name="Refunded">Given back of it.</param>
/// <param name="LastLogIn">Of the account.</param>
/// <param name="Delivered">When it was delivered.</param>
/// <param name="Mailed">What we mailed about its invoice, and when.</param>
/// <param name="Messages">What the customer wrote to us around it.</param>
public sealed record DisputedCharge(
    Money Amount,
    DateOnly ChargedOn,
    string? InvoiceNumber,
    (DateOnly From, DateOnly To)? Period,
    DateOnly? SubscribedOn,
    DateOnly? EndedOn,
    bool EndAsked,
    decimal? Used,
    int EarlierPayments,
    int SameAmountSameDay,
    Money? Refunded,
    DateOnly? LastLogIn = null,
    DateOnly? Delivered = null,
    IReadOnlyList<(string What, DateOnly On)>? Mailed = null,
    CustomerMessages? Messages = null)
{
    /// <summary>While anything may be a customer's cancellation, the bank is not told that none is on record.</summary>
    internal bool MayCancel => Messages is { MayCancel: true };
}

/// <summary>Whom a piece of evidence speaks for.</summary>
public enum EvidenceSide
{
    ForUs,

    AgainstUs,

    /// <summary>It shows what was billed or written, and decides nothing by itself.</summary>
    Neutral,
}

/// <summary>One piece of evidence.</summary>
/// <param name="Says">What it shows, for us or against us.</param>
/// <param name="Helps">False when it speaks for the cardholder.</param>
public sealed record Evidence(EvidenceKind Kind, string Says, bool Helps = true)
{
    /// <summary>Every charge has an invoice, a subscription stands behind most, and mails and messages show contact: none of them answers a claim.</summary>
    public EvidenceSide Speaks => !Helps ? EvidenceSide.AgainstUs
        : Kind is EvidenceKind.Invoice or EvidenceKind.Subscription or EvidenceKind.Correspondence or EvidenceKind.Mails ? EvidenceSide.Neutral
        : EvidenceSide.ForUs;
}

/// <summary>What there is to answer a dispute with, and what would be needed and is not there.</summary>
public sealed record EvidencePack(IReadOnlyList<Evidence> Found, IReadOnlyList<EvidenceKind> Missing)
{
    /// <summary>Quoted elsewhere, or not of every business: never said to be missing.</summary>
    private static readonly EvidenceKind[] Optional = [EvidenceKind.RefundPolicy, EvidenceKind.CancellationPolicy, EvidenceKind.Delivery, EvidenceKind.Correspondence, EvidenceKind.Mails];

    /// <summary>Collects what the reason asks for, most telling first.</summary>
    public static EvidencePack Collect(DisputeReason reason, DisputedCharge charge)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(charge);
        List<Evidence> found = [.. reason.Answers.SelectMany(kind => kind == EvidenceKind.Correspondence ? Written(charge.Messages) : [Of(kind, charge)]).OfType<Evidence>()];
        return new EvidencePack(found, [.. reason.Answers.Except(Optional).Except(found.Select(evidence => evidence.Kind)).Where(kind => kind is not EvidenceKind.Cancellation || !charge.MayCancel)]);
    }

    /// <summary>By their days alone: the words are the customer's.</summary>
    private static IEnumerable<Evidence?> Written(CustomerMessages? messages)
    {
        if (messages is { Complaints: { Count: > 0 } complaints })
        {
            yield return new(EvidenceKind.Correspondence, $"The customer wrote the same to us ({string.Join(", ", complaints.Select(m => m.Intent.Replace('_', ' ')).Distinct())}) on {Days(complaints)}.", Helps: false);
        }

        if (messages is { HandedIn: { Count: > 0 } others })
        {
            yield return new(EvidenceKind.Correspondence, $"The customer was in contact with us on {Days(others)}.");
        }
    }

    private static string Days(IEnumerable<CustomerMessage> messages) => string.Join(", ", messages.Select(m => Day(m.On)).Distinct());

    private static Evidence? Of(EvidenceKind kind, DisputedCharge charge) => kind switch
    {
        EvidenceKind.Invoice when charge.InvoiceNumber is { } number => new(kind, charge.Period is { } period
            ? $"Invoice {number} for {Day(period.From)} to {Day(period.To)}."
            : $"Invoice {number}."),
        EvidenceKind.Subscription when charge.SubscribedOn is { } since => new(kind, $"Subscribed since {Day(since)}{(charge.EndedOn is { } end ? $", ended on {Day(end)}" : "")}."),
        EvidenceKind.Cancellation when charge is { SubscribedOn: not null, MayCancel: false } || charge.EndedOn is not null => Cancellation(charge),
        EvidenceKind.Usage when charge.Used is { } used => used > 0
            ? new(kind, $"{used.ToString("#,0.##", CultureInfo.InvariantCulture)} metered units were used between the charge and the dispute.")
            : new(kind, "Nothing that is metered was used between the charge and the dispute.", Helps: false),
        EvidenceKind.LogIns when charge.LastLogIn is { } last => last >= charge.ChargedOn
            ? new(kind, $"The account was last logged into on {Day(last)}, after the charge.")
            : new(kind, $"The account was last logged into on {Day(last)}, before the charge.", Helps: false),
        EvidenceKind.Delivery when charge.Delivered is { } delivered => new(kind, $"It was delivered on {Day(delivered)}."),
        EvidenceKind.Mails when charge.Mailed is { Count: > 0 } mailed => new(kind, $"We mailed {string.Join(", ", mailed.Select(m => $"{m.What} on {Day(m.On)}"))}."),
        EvidenceKind.EarlierPayments when charge.EarlierPayments > 0 => new(kind, $"{charge.EarlierPayments} earlier payments with the same card were not disputed."),
        EvidenceKind.OtherCharge => charge.SameAmountSameDay == 0
            ? new(kind, $"There is no other charge of {charge.Amount.ToDisplayText()} on {Day(charge.ChargedOn)}.")
            : new(kind, $"There are {charge.SameAmountSameDay} other charges of {charge.Amount.ToDisplayText()} on {Day(charge.ChargedOn)}.", Helps: false),
        EvidenceKind.Refunds => charge.Refunded is { AmountMinor: > 0 } refunded
            ? new(kind, $"{refunded.ToDisplayText()} of it was given back.")
            : new(kind, "Nothing of it was given back.", Helps: false),
        _ => null,
    };

    private static Evidence Cancellation(DisputedCharge charge) => charge.EndedOn switch
    {
        { } end when end < charge.ChargedOn => new(EvidenceKind.Cancellation, $"The subscription had ended on {Day(end)}, before the charge.", Helps: false),
        { } end => new(EvidenceKind.Cancellation, $"The subscription ended on {Day(end)}, after the charge."),
        null when charge.EndAsked => new(EvidenceKind.Cancellation, "The subscription runs; its end is set for later."),
        null => new(EvidenceKind.Cancellation, "The subscription runs, and no cancellation is on record."),
    };

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
