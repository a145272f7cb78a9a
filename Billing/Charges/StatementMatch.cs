namespace BillingCopilot.Billing.Charges;

/// <summary>A charge, or money of it that was given back, as a statement shows it.</summary>
/// <param name="Descriptor">What the bank prints: <c>LUMEN* TEAM</c>; null when it is not known.</param>
/// <param name="Day">On which it was made, in the tenant's time zone.</param>
/// <param name="Refund">The part that went back; null for the charge itself.</param>
public sealed record StatementCharge(ChargeFacts Charge, string? Descriptor, DateOnly Day, StatementRefund? Refund = null)
{
    internal Money Amount => Refund?.Amount ?? Charge.Amount;
}

/// <summary>A refund of a charge, the whole of it or a part.</summary>
public sealed record StatementRefund(string Id, Money Amount);

/// <summary>A charge or refund that a statement's line may be.</summary>
/// <param name="Certain">Amount, day and descriptor all fit, and the line's direction.</param>
/// <param name="Fits">What fits, in words.</param>
public sealed record StatementFit(StatementCharge Match, bool Certain, IReadOnlyList<string> Fits);

/// <summary>Finds the charge or refund behind a line of a bank statement.</summary>
public static class StatementMatch
{
    /// <summary>A bank books a card payment up to as many days later.</summary>
    public const int BookedWithin = 5;

    /// <summary>And a refund up to as many: 5 to 10 business days, https://docs.stripe.com/refunds.</summary>
    public const int RefundedWithin = 14;

    /// <summary>
    /// Best first. The amount must fit; without one nothing is claimed. Of a line that says that money came back only refunds are
    /// named, and charges where no refund fits, none of them certain; of any other, charges, and refunds where no charge fits.
    /// </summary>
    public static IReadOnlyList<StatementFit> Find(StatementLine line, IEnumerable<StatementCharge> entries)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Amount is not { } amount)
        {
            return [];
        }

        var fitting = entries
            .Where(e => (e.Refund is not null || e.Charge.Succeeded) && Major(e.Amount) == amount && (line.Currency is null || line.Currency == e.Amount.Currency))
            .Select(e => Judge(line, e))
            .OfType<StatementFit>()
            .ToLookup(f => f.Match.Refund is not null == line.MoneyBack);
        return
        [
            .. (fitting[true].Any() ? fitting[true] : fitting[false].Select(f => f with { Certain = false }))
                .OrderByDescending(f => f.Certain).ThenByDescending(f => f.Fits.Count).ThenBy(f => DaysApart(line, f.Match)).ThenByDescending(f => f.Match.Day).ThenByDescending(f => f.Match.Charge.Created),
        ];
    }

    private static StatementFit? Judge(StatementLine line, StatementCharge entry)
    {
        var latest = entry.Refund is null ? BookedWithin : RefundedWithin;
        var near = line.Days.Any(d => d.DayNumber - entry.Day.DayNumber >= -1 && d.DayNumber - entry.Day.DayNumber <= latest);
        if (line.Days.Count > 0 && !near)
        {
            return null;
        }

        var named = entry.Descriptor is { } descriptor && Words(descriptor).Any(w => line.Words.Any(l => l.StartsWith(w, StringComparison.Ordinal) || (l.Length >= 4 && w.StartsWith(l, StringComparison.Ordinal))));
        List<string> fits = ["the amount"];
        if (near)
        {
            fits.Add("the day");
        }

        if (named)
        {
            fits.Add("the name on the statement");
        }

        return new StatementFit(entry, near && named, fits);
    }

    /// <summary>From the nearest of the line's days; 0 where it has none.</summary>
    private static int DaysApart(StatementLine line, StatementCharge entry) =>
        line.Days.Select(d => Math.Abs(d.DayNumber - entry.Day.DayNumber)).DefaultIfEmpty().Min();

    private static IEnumerable<string> Words(string descriptor) =>
        descriptor.ToUpperInvariant().Split([' ', '*', '.', '-'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 2);

    private static decimal Major(Money amount) => amount.AmountMinor / (decimal)Math.Pow(10, amount.Decimals);
}
