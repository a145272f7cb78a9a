using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>The part of a world that every size has: the cast with all its objects, in memory, and what is to be told of it.</summary>
internal sealed class LumenCast
{
    public LumenCast(LumenPlan plan)
    {
        Plan = plan;
        Customers = [.. ParallelEnumerable.Range(0, plan.Cast.Count).AsOrdered().Select(plan.Customer)];
        Sellers = [.. ParallelEnumerable.Range(0, LumenPlan.CastSellers).AsOrdered().Select(plan.Seller)];
        var payers = new Payers(plan.Stream("payers"));
        OnlyTimeHelps = payers.OnlyTimeHelps;
        Failing = JsonFields.Array(Customers.Where(run => run.Script.Role == Role.FailedInvoice).Select(payers.Decide));
        Lives = [.. Customers.Select(run => run.Books), .. Sellers.Select(run => run.Books)];
        var movements = Lives.SelectMany(books => books.Objects).Where(value => value.Text("object") == "balance_transaction").ToList();
        plan.Settlement.Plan(movements);
        movements.ForEach(plan.Settlement.Link);
    }

    public LumenPlan Plan { get; }

    public IReadOnlyList<CustomerRun> Customers { get; }

    /// <summary>Those from whom files and tickets are drawn: who was cast later changes no draw.</summary>
    public IReadOnlyList<CustomerRun> Earlier => [.. Customers.Where(run => run.Script.Role < Role.PaymentUnderWay)];

    public IReadOnlyList<SellerRun> Sellers { get; }

    /// <summary>What customers with a declined card will do.</summary>
    public JsonArray Failing { get; }

    /// <summary>Whether asking moves nobody in this world.</summary>
    public bool OnlyTimeHelps { get; }

    /// <summary>The books of all of them.</summary>
    public IReadOnlyList<Books> Lives { get; }

    /// <summary>The account, the catalogue and the payouts, once all lives were run.</summary>
    /// <param name="totals">What each payout takes, of the cast and of all others.</param>
    /// <param name="redeemed">How often the others used each coupon.</param>
    public Bank Close(PayoutTotals totals, IReadOnlyDictionary<string, long> redeemed)
    {
        var books = Plan.NewBooks("Lumen");
        books.Put(Plan.Account());
        foreach (var (coupon, count) in Lives.SelectMany(life => life.Redeemed).Concat(redeemed))
        {
            var value = Plan.Catalogue.Coupon(coupon);
            value["times_redeemed"] = value.Whole("times_redeemed") + count;
        }

        Plan.Catalogue.Objects.ToList().ForEach(books.Put);
        var bank = new Bank(books, Plan.Stream("bank"));
        bank.PayOut(totals);
        return bank;
    }
}
