namespace BillingCopilot.Billing.Charges;

/// <summary>What two equal charges on one card mean.</summary>
public enum DuplicateVerdict
{
    /// <summary>One of them pays nothing of its own: probably taken twice.</summary>
    Likely,

    /// <summary>It pays no invoice, but nothing says that it was not meant: a person has to.</summary>
    Unclear,

    /// <summary>Each pays an invoice of its own.</summary>
    Legitimate,

    /// <summary>It was taken twice, and has been given back.</summary>
    AlreadyRefunded,

    /// <summary>A declined attempt and the payment that followed: money was taken once.</summary>
    DeclinedThenPaid,
}

/// <summary>Two equal charges, with what speaks for and against one being a double.</summary>
/// <param name="Suspect">The one that would be refunded: without an invoice of its own, else the later.</param>
/// <param name="Evidence">Facts in words, each checkable.</param>
public sealed record DuplicateFinding(ChargeFacts Suspect, ChargeFacts Original, DuplicateVerdict Verdict, IReadOnlyList<string> Evidence);

/// <summary>Finds charges that were taken twice. Conservative: two that each pay an invoice are never called doubles.</summary>
public static class DuplicateCharges
{
    /// <summary>How far apart two charges may be taken and still be one purchase gone wrong. Default 3 days.</summary>
    public static TimeSpan DefaultWindow { get; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Pairs of successful charges of one customer with the same amount, currency and card within
    /// <paramref name="window"/> of each other, oldest first. A charge is the suspect of at most one finding.
    /// </summary>
    public static IReadOnlyList<DuplicateFinding> Find(IEnumerable<ChargeFacts> charges, TimeSpan? window = null)
    {
        var within = window ?? DefaultWindow;
        var candidates = charges.Where(c => c.Succeeded && c.CardKey is not null).OrderBy(c => c.Created).ThenBy(c => c.Id, StringComparer.Ordinal);
        return
        [
            .. candidates.GroupBy(c => (c.CustomerId, c.Amount, c.CardKey))
                .SelectMany(group => FindInGroup([.. group], within))
                .OrderBy(f => f.Suspect.Created),
        ];
    }

    /// <summary>How long after a declined attempt a payment still counts as its retry. Default 21 days, the longest of Stripe's usual schedules of retries.</summary>
    public static TimeSpan RetryWindow { get; } = TimeSpan.FromDays(21);

    /// <summary>
    /// Declined attempts with the payment that followed for the same invoice, or of the same amount on the same card where
    /// no invoice is known, oldest first: the last attempt before each payment. A customer may see both on a statement.
    /// </summary>
    public static IReadOnlyList<DuplicateFinding> FindRetried(IEnumerable<ChargeFacts> charges)
    {
        var all = charges.OrderBy(c => c.Created).ThenBy(c => c.Id, StringComparer.Ordinal).ToList();
        return
        [
            .. all.Where(c => c.Succeeded)
                .Select(paid => (Paid: paid, Declined: all.LastOrDefault(c => c.Declined && IsEarlier(c, paid) && paid.Created - c.Created <= RetryWindow && IsSameDebt(c, paid))))
                .Where(pair => pair.Declined is not null)
                .Select(pair => new DuplicateFinding(pair.Declined!, pair.Paid, DuplicateVerdict.DeclinedThenPaid, RetriedBecause(pair.Declined!, pair.Paid))),
        ];
    }

    private static bool IsSameDebt(ChargeFacts declined, ChargeFacts paid) => declined.CustomerId == paid.CustomerId && declined.Amount == paid.Amount
        && (declined.InvoiceId is not null ? declined.InvoiceId == paid.InvoiceId : paid.InvoiceId is null && declined.CardKey is not null && declined.CardKey == paid.CardKey);

    private static List<string> RetriedBecause(ChargeFacts declined, ChargeFacts paid) =>
    [
        $"The first attempt over {declined.Amount} was declined: it took no money.",
        $"A later attempt paid it, once{(paid.InvoiceNumber is { } number ? $", for invoice {number}" : "")}.",
        "A bank may show a declined attempt as pending for some days; it drops off by itself.",
    ];

    private static IEnumerable<DuplicateFinding> FindInGroup(List<ChargeFacts> equal, TimeSpan window)
    {
        foreach (var charge in equal)
        {
            var near = equal
                .Where(other => other != charge && (other.Created - charge.Created).Duration() <= window)
                .OrderBy(other => (other.Created - charge.Created).Duration());
            if (Partner(charge, near) is { } partner)
            {
                var verdict = Judge(charge, partner);

                // One of the two was to be given back: it does not matter which.
                var (suspect, original) = verdict == DuplicateVerdict.AlreadyRefunded && !IsRefunded(charge) ? (partner, charge) : (charge, partner);
                yield return new DuplicateFinding(suspect, original, verdict, EvidenceOf(suspect, original));
            }
        }
    }

    /// <summary>
    /// The charge that this one would be a double of: one that pays an invoice where this one pays none, the
    /// earlier one otherwise.
    /// </summary>
    private static ChargeFacts? Partner(ChargeFacts charge, IEnumerable<ChargeFacts> near)
    {
        var earlier = near.Where(other => IsEarlier(other, charge)).ToList();
        return charge.InvoiceId is null
            ? near.FirstOrDefault(other => other.InvoiceId is not null) ?? earlier.FirstOrDefault()
            : earlier.FirstOrDefault(other => other.InvoiceId == charge.InvoiceId) ?? earlier.FirstOrDefault(other => other.InvoiceId is not null);
    }

    private static bool IsEarlier(ChargeFacts other, ChargeFacts charge) =>
        (other.Created, other.Id).CompareTo((charge.Created, charge.Id)) < 0;

    private static DuplicateVerdict Judge(ChargeFacts suspect, ChargeFacts original) => (suspect.InvoiceId, original.InvoiceId) switch
    {
        (null, null) => DuplicateVerdict.Unclear,
        (null, _) when HasPurposeOfItsOwn(suspect, original) => DuplicateVerdict.Unclear,
        ({ } a, { } b) when a != b => DuplicateVerdict.Legitimate,
        _ when IsRefunded(suspect) || IsRefunded(original) => DuplicateVerdict.AlreadyRefunded,
        _ => DuplicateVerdict.Likely,
    };

    private static bool IsRefunded(ChargeFacts charge) => charge.AmountRefunded >= charge.Amount.AmountMinor;

    /// <summary>A purchase outside invoices says what it is for; a double says what the first one says, or nothing.</summary>
    private static bool HasPurposeOfItsOwn(ChargeFacts suspect, ChargeFacts original) =>
        !string.IsNullOrWhiteSpace(suspect.Description)
        && !string.Equals(suspect.Description.Trim(), original.Description?.Trim(), StringComparison.OrdinalIgnoreCase);

    private static List<string> EvidenceOf(ChargeFacts suspect, ChargeFacts original)
    {
        List<string> evidence =
        [
            $"Same customer, same card, same amount ({suspect.Amount}).",
            $"{Apart(suspect, original)} apart.",
            Paying("The suspect", suspect),
            Paying("The other", original),
        ];
        if (suspect.InvoiceId is not null && suspect.InvoiceId == original.InvoiceId)
        {
            evidence.Add("Both pay the same invoice.");
        }

        if (suspect.InvoiceId is null && HasPurposeOfItsOwn(suspect, original))
        {
            evidence.Add("The suspect has a description of its own, as a separate purchase would.");
        }

        if (suspect.AmountRefunded > 0)
        {
            evidence.Add($"{suspect.Amount with { AmountMinor = suspect.AmountRefunded }} of the suspect is already refunded.");
        }

        if (suspect.Disputed)
        {
            evidence.Add("The suspect is disputed: refunding it as well could pay twice.");
        }

        return evidence;
    }

    private static string Paying(string subject, ChargeFacts charge) => charge.InvoiceId is null
        ? $"{subject} pays no invoice."
        : $"{subject} pays invoice {charge.InvoiceNumber ?? "(no number)"}.";

    private static string Apart(ChargeFacts a, ChargeFacts b)
    {
        var span = (a.Created - b.Created).Duration();
        return span switch
        {
            { TotalMinutes: < 1 } => Count((int)span.TotalSeconds, "second"),
            { TotalHours: < 1 } => Count((int)span.TotalMinutes, "minute"),
            { TotalDays: < 1 } => Count((int)span.TotalHours, "hour"),
            _ => Count((int)span.TotalDays, "day"),
        };
    }

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")}";
}
