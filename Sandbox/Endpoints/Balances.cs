using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Books movements on the balance of the account a unit of work acts for, and sums them.</summary>
internal static class Balances
{
    private const string Kind = "balance_transaction";

    /// <summary>Days until money of a charge can be paid out.</summary>
    public const int SettlementDays = 2;

    public const long Day = 86400;

    /// <summary>Books a movement.</summary>
    /// <param name="amount">Minor units of <paramref name="currency"/>, converted when the account does not hold that currency.</param>
    /// <param name="pending">True for money that has to settle first.</param>
    public static JsonObject Book(
        UnitOfWork unit, string type, long amount, string currency, string? source, string? description = null,
        IReadOnlyList<FeeSpec>? fees = null, string? category = null, bool pending = false)
    {
        var (settled, into, rate) = Settlement.Of(unit, amount, currency);
        return unit.Put(BalanceTransactionObject.Create(new BalanceTransactionSpec
        {
            Id = unit.NewId("txn"),
            Created = unit.Now,
            Amount = settled,
            Currency = into,
            Type = type,
            ReportingCategory = category,
            Source = source,
            AvailableOn = pending ? (unit.Now / Day + SettlementDays) * Day : unit.Now,
            Pending = pending,
            Fees = [.. (fees ?? []).Select(f => into == currency ? f : f with { Amount = Currencies.Convert(f.Amount, currency, into) })],
            Description = description,
            ExchangeRate = rate,
        }));
    }

    /// <summary>Movements of the account, oldest first.</summary>
    public static IEnumerable<JsonObject> All(UnitOfWork unit) => unit.All(Kind);

    /// <summary>What could be paid out now, minor units.</summary>
    public static long Available(UnitOfWork unit, string currency) =>
        All(unit).Where(t => t.Text("currency") == currency && !IsPending(t)).Sum(t => t.Whole("net"));

    /// <summary>Refuses to take more than is there.</summary>
    public static void RequireAvailable(UnitOfWork unit, long amount, string currency)
    {
        if (Available(unit, currency) < amount)
        {
            throw ApiError.Invalid(
                "You have insufficient available funds in your Stripe account. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).",
                null, "balance_insufficient");
        }
    }

    public static bool IsPending(JsonObject transaction) => transaction.Text("status") == "pending";

    /// <summary>The <c>balance</c> of the account.</summary>
    public static JsonObject Show(UnitOfWork unit)
    {
        var sums = All(unit)
            .GroupBy(t => t.Id("currency"), StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Currency: g.Key, Available: g.Where(t => !IsPending(t)).Sum(t => t.Whole("net")), Pending: g.Where(IsPending).Sum(t => t.Whole("net"))))
            .ToList();
        if (sums.Count == 0)
        {
            sums.Add((unit.Find(unit.Account ?? unit.State.AccountId)?.Text("default_currency") ?? "usd", 0, 0));
        }

        return new JsonObject
        {
            ["object"] = "balance",
            ["available"] = JsonFields.Array(sums.Select(s => Amount(s.Currency, s.Available))),
            ["connect_reserved"] = JsonFields.Array(sums.Select(s => new JsonObject { ["amount"] = 0L, ["currency"] = s.Currency })),
            ["livemode"] = false,
            ["pending"] = JsonFields.Array(sums.Select(s => Amount(s.Currency, s.Pending))),
        };
    }

    private static JsonObject Amount(string currency, long amount) => new()
    {
        ["amount"] = amount,
        ["currency"] = currency,
        ["source_types"] = new JsonObject { ["card"] = amount },
    };
}
