namespace BillingCopilot.Billing.Credits;

/// <summary>A coupon, as far as the rules need it.</summary>
/// <param name="Duration">Stripe's: once, repeating, forever.</param>
/// <param name="PercentOff">Of what it is taken from; null for a fixed amount.</param>
/// <param name="AmountOff">In its own currency; null for a percentage.</param>
/// <param name="Valid">False when it has run out or was used up.</param>
public sealed record CouponFacts(string Id, string? Name, string Duration, decimal? PercentOff, Money? AmountOff, bool Valid);

/// <summary>Whether a coupon may be given for one invoice.</summary>
public static class CouponRules
{
    /// <summary>Null when it may; else why not.</summary>
    /// <param name="currency">Of the subscription.</param>
    /// <param name="has">Coupons of the discounts that the subscription has.</param>
    /// <param name="onOffer">Coupons for one invoice, for the advice.</param>
    public static Refusal? Refuse(CouponFacts coupon, string currency, IReadOnlyCollection<string> has, IEnumerable<CouponFacts> onOffer)
    {
        ArgumentNullException.ThrowIfNull(coupon);
        ArgumentNullException.ThrowIfNull(has);
        return coupon switch
        {
            { Duration: not "once" } => new Refusal("coupon_lasts", $"Coupon {coupon.Id} lasts longer than one invoice ({coupon.Duration}).", Offer(onOffer, currency)),
            { Valid: false } => new Refusal("coupon_invalid", $"Coupon {coupon.Id} has run out or was used up.", Offer(onOffer, currency)),
            { AmountOff: { } off } when off.Currency != currency => new Refusal("currency_mismatch", $"Coupon {coupon.Id} is in {off.Currency.ToUpperInvariant()}, the subscription in {currency.ToUpperInvariant()}.", Offer(onOffer, currency)),
            _ when has.Contains(coupon.Id) => new Refusal("coupon_applied", $"The subscription has coupon {coupon.Id} already, for its next invoice.", "Give it once."),
            _ => null,
        };
    }

    /// <summary>The coupons for one invoice that there are, in words.</summary>
    public static string Offer(IEnumerable<CouponFacts> onOffer, string currency)
    {
        var names = onOffer.Where(c => c is { Duration: "once", Valid: true } && (c.AmountOff is not { } off || off.Currency == currency)).Select(c => c.Id).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "There is no coupon for one invoice; an administrator can make one in Stripe." : $"For one invoice there are: {string.Join(", ", names)}.";
    }
}
