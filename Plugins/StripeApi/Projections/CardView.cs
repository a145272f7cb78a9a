using System.Globalization;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>What may be said of a card: brand, last four digits, expiry.</summary>
/// <param name="Expires">Last month it works: <c>2027-04</c>.</param>
public sealed record CardView(string Brand, string Last4, string? Expires, bool? Expired = null)
{
    internal static CardView? Of(PaymentMethodCard? card, DateTimeOffset now) => card is null
        ? null
        : new CardView(card.Brand, card.Last4, Month(card.ExpYear, card.ExpMonth), IsPast(card.ExpYear, card.ExpMonth, now) ? true : null);

    /// <summary>A charge's card in one word group: <c>visa 4242</c>, or the other kind of payment method.</summary>
    internal static string? Short(ChargePaymentMethodDetails? details) =>
        details?.Card is { } card ? $"{card.Brand} {card.Last4}" : details?.Type;

    private static string Month(long year, long month) => string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}");

    private static bool IsPast(long year, long month, DateTimeOffset now) => (year * 12) + month < (now.Year * 12) + now.Month;
}
