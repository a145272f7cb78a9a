using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Books movements on the balance of the account a unit of work acts for, and sums them.</summary>
internal static class Balances
{
    /// <summary>Days until money of a charge can be paid out.</summary>
    public const int SettlementDays = 2;

    public const long Day = 86400;

    /// <summary>Books a movement.</summary>
    /// <param name="amount">Minor units of <paramref name="currency"/>, converted when the account does not hold that currency.</param>
    /// <param name="pending">True for money that has to settle first.</param>
    /// <param name="testClock">The clock by which it settles; null for the world's.</param>
    public static JsonObject Book(
        UnitOfWork unit, string type, long amount, string currency, string? source, string? description = null,
        IReadOnlyList<FeeSpec>? fees = null, string? category = null, bool pending = false, string? testClock = null)
    {
        var (settled, into, rate) = Settlement.Of(unit, amount, currency);
        var made = unit.Put(BalanceTransactionObject.Create(new BalanceTransactionSpec
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
        if (pending && testClock is not null)
        {
            made[DueIndex.SettlesBy] = testClock;
        }

        return made;
    }

    /// <summary>Movements of the account that no payout took, oldest first.</summary>
    public static IEnumerable<JsonObject> Unpaid(UnitOfWork unit) => unit.Where(BalanceSums.Kind, ObjectIndexes.Unpaid, ObjectIndexes.Yes);

    /// <summary>What could be paid out now, minor units.</summary>
    public static long Available(UnitOfWork unit, string currency) =>
        unit.State.BalanceSums(unit.Account).All.GetValueOrDefault(currency).Available;

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
        var sums = unit.State.BalanceSums(unit.Account).All.Select(sum => (Currency: sum.Key, sum.Value.Available, sum.Value.Pending)).ToList();
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
