using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Invoices.Explaining;

/// <summary>What a sentence about a part can be filled with, as a language writes it.</summary>
internal sealed class PartValues(Locale locale, Func<DateTimeOffset, DateOnly> day)
{
    public Dictionary<string, string?> Of(ExplainedPart part) => new(StringComparer.Ordinal)
    {
        ["amount"] = locale.Money(part.Amount),
        ["amount_abs"] = locale.Money(part.Amount with { AmountMinor = Math.Abs(part.Amount.AmountMinor) }),
        ["subject"] = part.Subject,
        ["quantity"] = Number(part.Quantity),
        ["unit"] = part.UnitAmount is { } unit ? locale.UnitPrice(unit, part.Amount.Currency) : null,
        ["per"] = locale.Per(part.Price?.Interval, part.Price?.Every ?? 1),
        ["from"] = Day(part.From),
        ["to"] = Day(part.To),
        ["percent"] = (part.Usage?.Percent ?? part.Percent) is { } percent ? locale.Percent(percent) : null,
        ["ends"] = Day(part.Ends),
        ["days"] = Days(part),
        ["period_days"] = Number(part.Proration?.PeriodDays),
        ["full"] = Money(part.Proration?.Full ?? Later(part)),
        ["other"] = Money(part.Proration?.Other),
        ["other_subject"] = part.Proration?.Other is null ? null : part.Proration.OtherSubject,
        ["used"] = Number(part.Usage?.Used),
        ["included"] = Number(part.Usage?.Included),
        ["over"] = Number(part.Usage?.Over),
        ["charge"] = Money(part.Usage?.Charge),
        ["minimum"] = part.Usage?.Minimum is { AmountMinor: > 0 } minimum ? locale.Money(minimum) : null,
        ["flat"] = part.Usage is { } fees && Flat(fees) is > 0 and var flat ? locale.Money(part.Amount with { AmountMinor = Pricing.Round(flat) }) : null,
        ["tiers"] = part.Usage is { } usage && usage.Tiers.Any(t => t.Cost > 0)
            ? string.Join(", ", usage.Tiers.Where(t => t.Cost > 0).Select(t => Tier(t, usage, part.Amount.Currency)))
            : null,
    };

    /// <summary>Flat fees beyond the one that is asked for whatever is used.</summary>
    private static decimal Flat(UsageWorking usage) => usage.Tiers.Sum(t => t.FlatAmount) - (usage.Minimum.AmountMinor > 0 ? usage.Tiers[0].FlatAmount : 0);

    private string Tier(TierPart tier, UsageWorking usage, string currency)
    {
        var pieces = $"{locale.Number(tier.Quantity)} × {locale.UnitPrice(tier.UnitAmount, currency)}";
        return tier.FlatAmount > 0 && !(tier.Number == 1 && usage.Minimum.AmountMinor > 0) ? $"{pieces} + {locale.UnitPrice(tier.FlatAmount, currency)}" : pieces;
    }

    /// <summary>Stripe counts seconds: where whole days do not give the amount, the sign says that they are rounded.</summary>
    private string? Days(ExplainedPart part) => part.Proration is not { } working ? null
        : Math.Abs(part.Amount.AmountMinor) == Pricing.Round(working.PeriodDays == 0 ? 0 : Math.Abs(working.Full.AmountMinor) * (decimal)working.Days / working.PeriodDays) ? Number(working.Days)
        : "≈ " + Number(working.Days);

    /// <summary>What follows a trial.</summary>
    private static Money? Later(ExplainedPart part) =>
        part is { Kind: PartKind.Trial, Price: { } price, Quantity: { } quantity } && Pricing.Cost(price, quantity) is { } cost
            ? part.Amount with { AmountMinor = Pricing.Round(cost) }
            : null;

    private string? Money(Money? amount) => amount is { } known ? locale.Money(known) : null;

    private string? Number(decimal? number) => number is { } known ? locale.Number(known) : null;

    private string? Day(DateTimeOffset? at) => at is { } known ? locale.Day(day(known)) : null;
}
