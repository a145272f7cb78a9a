namespace BillingCopilot.Billing.Invoices;

/// <summary>
/// Why one invoice differs from another. <see cref="Changes"/> add up exactly to the difference of the totals,
/// <see cref="DueChanges"/> to what the difference of the amounts due has beyond that.
/// </summary>
public sealed record InvoiceComparison
{
    private InvoiceComparison(InvoiceFacts previous, InvoiceFacts current, IReadOnlyList<InvoiceChange> changes, IReadOnlyList<InvoiceChange> dueChanges)
    {
        Previous = previous;
        Current = current;
        Changes = changes;
        DueChanges = dueChanges;
    }

    public InvoiceFacts Previous { get; }

    public InvoiceFacts Current { get; }

    /// <summary>Largest first.</summary>
    public IReadOnlyList<InvoiceChange> Changes { get; }

    public IReadOnlyList<InvoiceChange> DueChanges { get; }

    /// <summary>Current total minus previous total.</summary>
    public Money TotalDifference => new(checked(Current.Total - Previous.Total), Current.Currency);

    /// <summary>Current amount due minus previous amount due.</summary>
    public Money AmountDueDifference => new(checked(Current.AmountDue - Previous.AmountDue), Current.Currency);

    /// <summary>What of the difference no line, discount or tax accounts for.</summary>
    public Money NotItemised => new(Changes.Where(c => c.Kind == InvoiceChangeKind.NotItemised).Sum(c => c.Amount.AmountMinor), Current.Currency);

    /// <summary>Whether the difference has reasons for all of it, in words.</summary>
    public string Accounted => NotItemised.AmountMinor != 0
        ? $"{NotItemised.ToDisplayText()} of the difference stands on no line of either invoice: a person has to look at it."
        : TotalDifference.AmountMinor > 0 ? "All of the increase is accounted for by what was billed, as listed; whether each was rightly billed was not looked into."
        : "All of the difference is accounted for, as listed.";

    /// <summary>Compares two invoices of one currency; refuses others, since that would need a rate.</summary>
    public static Outcome<InvoiceComparison> Compare(InvoiceFacts previous, InvoiceFacts current)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(current);
        if (!string.Equals(previous.Currency, current.Currency, StringComparison.Ordinal))
        {
            return new Refusal(
                "currency_mismatch",
                $"The currency changed: invoice {previous.Number} was in {previous.Currency.ToUpperInvariant()} ({new Money(previous.Total, previous.Currency).ToDisplayText()}), {current.Number} is in {current.Currency.ToUpperInvariant()} ({new Money(current.Total, current.Currency).ToDisplayText()}). Without a rate there is no difference to explain.",
                "Use explain_invoice for the lines of each.");
        }

        var changes = LineComparison.Compare(previous, current)
            .Concat(DiscountChanges(previous, current))
            .Append(Change(InvoiceChangeKind.ShippingChanged, current.Shipping - previous.Shipping, current.Currency, "Shipping"))
            .Append(Change(InvoiceChangeKind.TaxChanged, current.Tax - previous.Tax, current.Currency, "Tax"));
        return new InvoiceComparison(
            previous,
            current,
            Complete(changes, current.Total - previous.Total, current.Currency),
            DueChangesOf(previous, current));
    }

    private static List<InvoiceChange> DueChangesOf(InvoiceFacts previous, InvoiceFacts current)
    {
        var changes = new[]
        {
            Change(InvoiceChangeKind.BalanceApplied, current.BalanceApplied - previous.BalanceApplied, current.Currency, "Customer balance"),
            Change(InvoiceChangeKind.CreditNoteApplied, previous.Credited - current.Credited, current.Currency, "Credit notes"),
        };
        return Complete(changes, current.AmountDue - previous.AmountDue - (current.Total - previous.Total), current.Currency);
    }

    private static IEnumerable<InvoiceChange> DiscountChanges(InvoiceFacts previous, InvoiceFacts current)
    {
        var before = Totals(previous);
        var after = Totals(current);
        foreach (var key in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            var had = before.GetValueOrDefault(key).Amount;
            var has = after.GetValueOrDefault(key).Amount;
            var kind = (had, has) switch
            {
                (0, _) => InvoiceChangeKind.DiscountStarted,
                (_, 0) => InvoiceChangeKind.DiscountEnded,
                _ => InvoiceChangeKind.DiscountChanged,
            };
            yield return Change(kind, had - has, current.Currency, after.GetValueOrDefault(key).Name ?? before[key].Name);
        }
    }

    private static Dictionary<string, (string Name, long Amount)> Totals(InvoiceFacts invoice) => invoice.Discounts
        .GroupBy(d => d.Key, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => (g.First().Name, g.Sum(d => d.Amount)), StringComparer.Ordinal);

    /// <summary>Drops what is zero, adds what is missing to the whole, and puts the largest first.</summary>
    private static List<InvoiceChange> Complete(IEnumerable<InvoiceChange> changes, long whole, string currency)
    {
        var kept = changes.Where(c => c.Amount.AmountMinor != 0).ToList();
        var rest = checked(whole - kept.Sum(c => c.Amount.AmountMinor));
        if (rest != 0)
        {
            kept.Add(Change(InvoiceChangeKind.NotItemised, rest, currency, "A difference that no line explains"));
        }

        return [.. kept.OrderByDescending(c => Math.Abs(c.Amount.AmountMinor))];
    }

    private static InvoiceChange Change(InvoiceChangeKind kind, long amount, string currency, string subject) =>
        new(kind, new Money(amount, currency), subject);
}
