using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Which amounts and currencies can be billed: https://docs.stripe.com/currencies.</summary>
internal static class CurrencyRules
{
    private static readonly HashSet<string> Over = new(StringComparer.Ordinal) { "canceled", "incomplete_expired" };

    /// <summary>Refuses a currency beside another one in which the customer is billed already.</summary>
    public static void RequireOne(UnitOfWork unit, string customer, string currency)
    {
        var used = unit.Where("subscription", "customer", customer).Where(s => !Over.Contains(s.Id("status")))
            .Concat(Invoicing.Pending(unit, customer))
            .Select(billed => billed.Id("currency"));
        if (used.FirstOrDefault(other => other != currency) is { } known)
        {
            throw ApiError.Invalid(
                $"You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency {known}.");
        }
    }

    /// <summary>Refuses an unknown currency, and one of three decimals with an amount that cards cannot carry.</summary>
    public static void RequireChargeable(long amount, string currency, string param = "amount")
    {
        if (!Currencies.Knows(currency))
        {
            throw ApiError.Invalid($"Invalid currency: {currency}.", "currency");
        }

        if (Currencies.Decimals(currency) == 3 && amount % 10 != 0)
        {
            throw ApiError.Invalid($"Invalid amount: in {currency.ToUpperInvariant()} the last digit must be 0, because cards carry two decimals only.", param);
        }
    }

    /// <summary>Refuses a price in another currency than the subscription's.</summary>
    public static void RequireSame(JsonObject price, string currency)
    {
        if (price.Id("currency") != currency)
        {
            throw ApiError.Invalid($"The price specified only supports `{price.Id("currency")}`. This doesn't match the expected currency: `{currency}`.", "items[price]");
        }
    }
}
