namespace BillingCopilot.Billing.Charges;

/// <summary>A charge as a statement shows it.</summary>
/// <param name="Descriptor">What the bank prints: <c>LUMEN* TEAM</c>; null when it is not known.</param>
public sealed record StatementCharge(ChargeFacts Charge, string? Descriptor);

/// <summary>A charge that a statement's line may be.</summary>
/// <param name="Certain">Amount, day and descriptor all fit.</param>
/// <param name="Fits">What fits, in words.</param>
public sealed record StatementFit(StatementCharge Match, bool Certain, IReadOnlyList<string> Fits);

/// <summary>Finds the charge behind a line of a bank statement.</summary>
public static class StatementMatch
{
    /// <summary>A bank books a card payment up to as many days later.</summary>
    public const int BookedWithin = 5;

    /// <summary>Best first. The amount must fit; without one nothing is claimed.</summary>
    public static IReadOnlyList<StatementFit> Find(StatementLine line, IEnumerable<StatementCharge> charges)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Amount is not { } amount)
        {
            return [];
        }

        return
        [
            .. charges.Where(c => c.Charge.Succeeded && Major(c.Charge.Amount) == amount && (line.Currency is null || line.Currency == c.Charge.Amount.Currency))
                .Select(c => Judge(line, c))
                .OfType<StatementFit>()
                .OrderByDescending(f => f.Certain).ThenByDescending(f => f.Fits.Count).ThenBy(f => DaysApart(line, f.Match)).ThenByDescending(f => f.Match.Charge.Created),
        ];
    }

    private static StatementFit? Judge(StatementLine line, StatementCharge charge)
    {
        var day = DateOnly.FromDateTime(charge.Charge.Created.UtcDateTime);
        var near = line.Days.Any(d => d.DayNumber - day.DayNumber is >= -1 and <= BookedWithin);
        if (line.Days.Count > 0 && !near)
        {
            return null;
        }

        var named = charge.Descriptor is { } descriptor && Words(descriptor).Any(w => line.Words.Any(l => l.StartsWith(w, StringComparison.Ordinal) || (l.Length >= 4 && w.StartsWith(l, StringComparison.Ordinal))));
        List<string> fits = ["the amount"];
        if (near)
        {
            fits.Add("the day");
        }

        if (named)
        {
            fits.Add("the name on the statement");
        }

        return new StatementFit(charge, near && named, fits);
    }

    /// <summary>From the nearest of the line's days; 0 where it has none.</summary>
    private static int DaysApart(StatementLine line, StatementCharge charge)
    {
        var day = DateOnly.FromDateTime(charge.Charge.Created.UtcDateTime);
        return line.Days.Select(d => Math.Abs(d.DayNumber - day.DayNumber)).DefaultIfEmpty().Min();
    }

    private static IEnumerable<string> Words(string descriptor) =>
        descriptor.ToUpperInvariant().Split([' ', '*', '.', '-'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 2);

    private static decimal Major(Money amount) => amount.AmountMinor / (decimal)Math.Pow(10, amount.Decimals);
}
