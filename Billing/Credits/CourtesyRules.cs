using System.Globalization;

namespace BillingCopilot.Billing.Credits;

/// <summary>How much courtesy credit a customer may get.</summary>
/// <param name="Days">Days, counted back from the gesture, that are looked at together.</param>
/// <param name="PerCustomer">Most within them, by currency. A currency that is not listed has none.</param>
/// <param name="Words">The rule as the policy says it.</param>
public sealed record CourtesyLimit(int Days, IReadOnlyDictionary<string, Money> PerCustomer, string Words);

/// <summary>Whether a courtesy credit is within the limits.</summary>
public static class CourtesyRules
{
    /// <summary>Null when it is; else why not, in the policy's own words, and what is left.</summary>
    /// <param name="given">Given in the limit's days before, in the same currency.</param>
    public static Refusal? Refuse(CourtesyLimit limit, Money amount, Money given)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (amount.AmountMinor <= 0)
        {
            return new Refusal("invalid_amount", $"A credit must be more than zero; {amount} is not.", "Give a positive amount.");
        }

        if (!limit.PerCustomer.TryGetValue(amount.Currency, out var most))
        {
            return new Refusal("courtesy_limit", $"The policy gives no courtesy credit in {amount.Currency.ToUpperInvariant()}.", $"It does in: {string.Join(", ", limit.PerCustomer.Keys.Order(StringComparer.Ordinal))}.");
        }

        var left = most with { AmountMinor = Math.Max(0, most.AmountMinor - given.AmountMinor) };
        return amount.AmountMinor <= left.AmountMinor ? null : new Refusal(
            "courtesy_limit",
            string.Create(CultureInfo.InvariantCulture, $"«{limit.Words}» {(given.AmountMinor == 0 ? "" : $"{given} was given in the last {limit.Days} days, so ")}{left} is left; {amount} is more."),
            left.AmountMinor > 0 ? $"At most {left} can be proposed, if the person wants that instead." : "Nothing more can be given now. If the customer was charged too much, a refund or a credit note is right.");
    }
}
