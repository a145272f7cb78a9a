using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Money on its way to a bank account: made by hand or by the schedule, arrived, sent back.</summary>
internal static class Payouts
{
    /// <summary>The member of a bank account or payout that says how the bank will answer: a failure code. Never shown.</summary>
    public const string Outcome = "_outcome";

    private const string Kind = "payout";
    private const int ArrivalDays = 2;

    /// <summary>A payout of a given amount.</summary>
    public static JsonObject Manual(UnitOfWork unit, Args args)
    {
        var (amount, currency) = (args.Int("amount") ?? 0, args.Required("currency").ToLowerInvariant());
        if (amount < 1)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        }

        Balances.RequireAvailable(unit, amount, currency);
        return Make(unit, amount, currency, automatic: false, args);
    }

    /// <summary>Pays out every available movement that no payout took yet, a currency at a time; what sums to nothing or less stays.</summary>
    public static IReadOnlyList<JsonObject> Sweep(UnitOfWork unit, IEnumerable<JsonObject> candidates)
    {
        List<JsonObject> made = [];
        foreach (var group in candidates.Where(IsUnpaid).GroupBy(t => t.Id("currency"), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList())
        {
            var movements = group.ToList();
            var amount = movements.Sum(t => t.Whole("net"));
            if (amount <= 0)
            {
                continue;
            }

            var payout = Make(unit, amount, group.Key, automatic: true, null);
            foreach (var movement in movements)
            {
                unit.Edit(movement.Id())[BalanceTransactionObject.PaidOutBy] = payout.Id();
            }

            made.Add(payout);
        }

        return made;
    }

    /// <summary>Whether a movement still waits for the schedule.</summary>
    public static bool IsUnpaid(JsonObject movement) =>
        !Balances.IsPending(movement) && movement.Text(BalanceTransactionObject.PaidOutBy) is null;

    /// <summary>Pending to in transit.</summary>
    public static void Submit(UnitOfWork unit, JsonObject payout)
    {
        PayoutObject.Submit(payout);
        unit.Raise("payout.updated", payout.Id());
    }

    /// <summary>The bank answers: the money is there, or comes back.</summary>
    public static void Arrive(UnitOfWork unit, JsonObject payout)
    {
        var bank = unit.Find(payout.Text("destination") ?? "");
        if ((payout.Text(Outcome) ?? bank?.Text(Outcome)) is { } failure)
        {
            Fail(unit, payout, failure);
            return;
        }

        PayoutObject.Pay(payout, unit.NewSecret(15).ToUpperInvariant());
        unit.Raise("payout.paid", payout.Id());
        Reconciled(unit, payout);
    }

    public static void Fail(UnitOfWork unit, JsonObject payout, string code)
    {
        var back = Balances.Book(unit, "payout_failure", payout.Whole("amount"), payout.Id("currency"), payout.Id(), "Failure of payout");
        PayoutObject.Fail(payout, code, back.Id());
        unit.Raise("payout.failed", payout.Id());
        Reconciled(unit, payout);
    }

    public static void Cancel(UnitOfWork unit, JsonObject payout)
    {
        if (payout.Text("status") != "pending" || (bool)payout["automatic"]!)
        {
            throw ApiError.Invalid("Payouts can only be canceled while they are pending, and automatic payouts cannot be canceled.", null, "payout_not_cancelable");
        }

        var back = Balances.Book(unit, "payout_cancel", payout.Whole("amount"), payout.Id("currency"), payout.Id(), "Cancellation of payout");
        PayoutObject.Cancel(payout, back.Id());
        unit.Raise("payout.canceled", payout.Id());
    }

    /// <summary>A payout of the negative amount, which takes the money back from the bank.</summary>
    public static JsonObject Reverse(UnitOfWork unit, JsonObject payout, Args args)
    {
        if (payout.Text("status") != "paid" || payout.Text("reversed_by") is not null || payout.Text("original_payout") is not null)
        {
            throw ApiError.Invalid("Only payouts that were paid and not reversed before can be reversed.", null, "payout_not_reversible");
        }

        var reversal = Make(unit, -payout.Whole("amount"), payout.Id("currency"), automatic: false, args, payout);
        unit.Edit(payout.Id())["reversed_by"] = reversal.Id();
        unit.Raise("payout.updated", payout.Id());
        return reversal;
    }

    private static void Reconciled(UnitOfWork unit, JsonObject payout)
    {
        if ((bool)payout["automatic"]!)
        {
            unit.Raise("payout.reconciliation_completed", payout.Id());
        }
    }

    private static JsonObject Make(UnitOfWork unit, long amount, string currency, bool automatic, Args? args, JsonObject? original = null)
    {
        var id = unit.NewId("po");
        var description = args?.Text("description") ?? "STRIPE PAYOUT";
        var movement = Balances.Book(unit, "payout", -amount, currency, id, description, category: original is null ? null : "payout_reversal");
        if (automatic)
        {
            movement[BalanceTransactionObject.PaidOutBy] = id;
        }

        var method = args?.Text("method") ?? "standard";
        var payout = unit.Put(PayoutObject.Create(new PayoutSpec
        {
            Id = id,
            Created = unit.Now,
            Amount = amount,
            Currency = currency,
            ArrivalDate = method == "instant" ? unit.Now + 1800 : BankingDays.After(unit.Now, ArrivalDays),
            Automatic = automatic,
            BalanceTransaction = movement.Id(),
            Destination = original?.Text("destination") ?? BankAccounts.For(unit, currency, args).Id(),
            Description = description,
            StatementDescriptor = args?.Text("statement_descriptor"),
            Method = method,
            OriginalPayout = original?.Id(),
        }));
        payout["metadata"] = args is null ? new JsonObject() : Metadata.From(args);
        unit.Raise(Kind + ".created", id);
        return payout;
    }
}
