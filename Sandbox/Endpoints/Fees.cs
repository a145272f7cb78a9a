using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What Stripe keeps of a charge: 2.9 % and a fixed part; and what a dispute costs.</summary>
internal static class Fees
{
    /// <summary>Minor units of <paramref name="currency"/>.</summary>
    public static long OfCharge(long amount, string currency) => Prices.Round(amount * 0.029m) + (Currencies.Decimals(currency) == 3 ? 90 : 30);

    /// <summary>15 US dollars, in minor units of <paramref name="currency"/>.</summary>
    public static long OfDispute(string currency) =>
        Currencies.Knows(currency) ? Currencies.Convert(1500, "usd", currency) : 1500;
}

/// <summary>The currency that money of a charge arrives in.</summary>
internal static class Settlement
{
    // The platform has a bank account for each of these; sellers only for their own.
    private static readonly string[] Held = ["usd", "eur", "gbp", "jpy", "kwd"];

    /// <summary>The amount as the balance takes it, and the rate if it was converted.</summary>
    public static (long Amount, string Currency, decimal? Rate) Of(UnitOfWork unit, long amount, string currency)
    {
        var own = unit.Find(unit.Account ?? unit.State.AccountId)?.Text("default_currency") ?? "usd";
        if (currency == own || (unit.Account is null && Held.Contains(currency)) || !Currencies.Knows(currency))
        {
            return (amount, currency, null);
        }

        return (Currencies.Convert(amount, currency, own), own, Currencies.Rate(currency, own));
    }
}
