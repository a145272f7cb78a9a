namespace BillingCopilot.Billing.Disputes;

/// <summary>What to do about a dispute.</summary>
public enum DisputeCourse
{
    /// <summary>Hand in evidence.</summary>
    Contest,

    /// <summary>Accept the loss.</summary>
    Accept,

    /// <summary>The record does not say: a person weighs it.</summary>
    Person,

    /// <summary>Nothing can be done any more.</summary>
    Nothing,
}

/// <summary>Which course the record speaks for, and why.</summary>
public sealed record DisputeAdvice(DisputeCourse Course, string Because)
{
    /// <param name="open">The bank waits for an answer and the deadline has not passed.</param>
    /// <param name="inquiry">A question of the bank: no money was taken, so there is nothing to accept.</param>
    /// <param name="compliance">A case about a network's rules, by its reason or by what Stripe says of it.</param>
    /// <param name="worthIt">False when the policy says to accept so small an amount.</param>
    public static DisputeAdvice Of(bool open, bool inquiry, bool compliance, bool worthIt, DisputeReason reason, EvidencePack pack, CompellingEvidence visa)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(visa);
        var (against, telling) = (pack.Found.FirstOrDefault(e => !e.Helps && IsTelling(reason, e)), pack.Found.FirstOrDefault(e => e.Helps && IsTelling(reason, e)));
        return !open ? new(DisputeCourse.Nothing, "Nothing can be handed in any more.")
            : reason.IsSentBack ? new(DisputeCourse.Person, "The bank sent the payment back, which no evidence answers: ask for another way to pay.")
            : compliance ? new(DisputeCourse.Person, "Contesting a compliance case puts a fee of the card network's own at stake, which somebody has to acknowledge in Stripe's dashboard.")
            : against is { Kind: EvidenceKind.Cancellation } && !inquiry ? new(DisputeCourse.Accept, against.Says)
            : visa.Holds ? new(DisputeCourse.Contest, "Visa's rule for earlier undisputed payments is met.")
            : !worthIt && !inquiry ? new(DisputeCourse.Accept, "The policy says to accept a dispute of so small an amount.")
            : against is not null ? new(DisputeCourse.Person, against.Says)
            : telling is not null ? new(DisputeCourse.Contest, telling.Says)
            : new(DisputeCourse.Person, "What would answer this reason is not on record.");
    }

    /// <summary>Of the three kinds of evidence that answer the reason best, other than the invoice, which every charge has; a complaint of the same always counts.</summary>
    private static bool IsTelling(DisputeReason reason, Evidence evidence) =>
        evidence is { Kind: EvidenceKind.Correspondence, Helps: false }
        || reason.Answers.Where(kind => kind is not (EvidenceKind.Invoice or EvidenceKind.Correspondence)).Take(3).Contains(evidence.Kind);
}
