using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Bank accounts that payouts go to. Stripe's test account numbers say how the bank answers.</summary>
internal static class BankAccounts
{
    private static readonly Dictionary<string, string> Failures = new(StringComparer.Ordinal)
    {
        ["000111111113"] = "account_closed",
        ["000111111116"] = "no_account",
        ["000222222227"] = "insufficient_funds",
        ["000333333335"] = "bank_account_restricted",
        ["000444444440"] = "invalid_currency",
    };

    /// <summary>Where a payout goes: the account named, else the currency's own, made when there is none.</summary>
    public static JsonObject For(UnitOfWork unit, string currency, Args? args)
    {
        if (args?.Text("destination") is { } id)
        {
            return unit.Find(id) is { } named && named.Text("object") == "bank_account"
                ? named
                : throw ApiError.NotFound("external account", id, "destination", 400);
        }

        return unit.All("bank_account").LastOrDefault(b => b.Text("currency") == currency)
            ?? Add(unit, "US", currency, null);
    }

    public static JsonObject Add(UnitOfWork unit, string country, string currency, string? number)
    {
        var account = unit.Account ?? unit.State.AccountId;
        var bank = unit.Put(BankAccountObject.Create(unit.NewId("ba"), account, country, currency, number is { Length: >= 4 } ? number[^4..] : "6789"));
        if (number is not null && Failures.TryGetValue(number, out var failure))
        {
            bank[Payouts.Outcome] = failure;
        }

        return bank;
    }
}
