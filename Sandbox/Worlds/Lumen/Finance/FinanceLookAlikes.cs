using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>What is unusual between Stripe, the books and the banks, and right: at least one for each kind of discrepancy.</summary>
internal static class FinanceLookAlikes
{
    private const int Most = 4;

    public static JsonArray Find(LumenCast cast, Bank bank, Ledger ledger)
    {
        var movements = cast.Lives.SelectMany(life => life.Objects).Where(value => value.Text("object") == "balance_transaction").ToList();
        var inBooks = movements.Where(movement => movement.Whole("created") >= Ledger.Opens && movement.Whole("created") < Ledger.Closes).ToList();
        var found = new JsonArray();
        Add("missing", "Made at the very end: booked in the next month, or booked and not at the bank yet.",
            movements.Where(movement => movement.Whole("created") >= Ledger.Closes).Concat(inBooks.OrderByDescending(movement => movement.Whole("created"))));
        Add("duplicate", "Two charges of one amount on one day, both real and both in the books once.", Alike(inBooks));
        Add("amount", "A charge in full and its refund are two lines; the payout holds the difference.", inBooks.Where(movement => movement.Text("type") == "refund"));
        Add("fee", "Three decimals or none: the fee is right for the currency.", inBooks.Where(movement => movement.Text("currency") is "jpy" or "kwd" && movement.Whole("fee") > 0));
        Add("currency", "Billed and settled in the customer's own currency.", inBooks.Where(movement => movement.Text("currency") == "jpy"));
        Add("timing", "Booked when it was charged; paid out in the month after.", inBooks.Where(movement =>
            Calendar.Utc(movement.Whole("created")).Month != Calendar.Utc(movement.Whole("available_on")).Month));
        Add("orphan_refund", "The refunded charge is older than the files.", inBooks.Where(movement => movement.Text("type") == "refund" && OfOldCharge(cast, movement)));
        Add("rounding", "The fee is a fraction, rounded half away from zero as Stripe does.", inBooks.Where(movement => movement.Text("type") == "charge" && movement.Whole("amount") * 29 % 1_000 != 0));
        Add("unmatched_transfer", "A revenue share is a transfer without a charge.", inBooks.Where(movement => movement.Text("type") == "transfer"));
        Add("mistagged_account", "Two sellers made sales of the same amount on one day, each under its own account.", inBooks.Where(movement => movement.Text("type") == "application_fee"));
        foreach (var seller in cast.Sellers.Where(seller => seller.Contract.Count > 1))
        {
            foreach (var sale in Around(seller, seller.Contract[^1].From).Take(Most))
            {
                Say("wrong_application_fee", "The contract changed about then; the fee is right for its day.", [sale.Fee.Id(), seller.AccountId]);
            }
        }

        foreach (var payout in bank.Payouts.Where(payout => payout.Text("status") == "in_transit").Take(Most))
        {
            Say("reversed_payout", "On its way: it has left Stripe and is not at the bank yet.", [payout.Id()]);
        }

        foreach (var run in cast.Customers.Where(run => run.Dispute is { Json: var dispute } && dispute.Rows("balance_transactions").Count() != 1))
        {
            Say("unbooked_dispute", "An inquiry moved no money, or a won dispute brought it back: nothing is missing.", [run.Dispute!.Json.Id()]);
        }

        foreach (var payout in bank.Payouts.Where(payout => payout.Text("currency") == "jpy" && payout.Whole("created") >= Ledger.Opens).Take(Most))
        {
            Say("negative_balance_carry", "No payout on the day before: nothing had come in, and nothing was owed.", [payout.Id()]);
        }

        return found;

        void Add(string kind, string why, IEnumerable<JsonObject> cases)
        {
            foreach (var one in cases.Take(Most))
            {
                Say(kind, why, [one.Text("source") ?? one.Id()]);
            }
        }

        void Say(string kind, string why, IEnumerable<string> references) => found.Add(new JsonObject
        {
            ["kind"] = kind,
            ["references"] = JsonFields.Array(references),
            ["entries"] = JsonFields.Array(references.SelectMany(ledger.Numbers)),
            ["why"] = why,
        });
    }

    /// <summary>Sales whose fee is right, the nearest to an instant first.</summary>
    private static IEnumerable<Sale> Around(SellerRun seller, long at) => seller.Sales
        .Where(sale => sale.Fee.Whole("amount") == sale.Due && sale.At >= Ledger.Opens && sale.At < Ledger.Closes)
        .OrderBy(sale => Math.Abs(sale.At - at));

    private static IEnumerable<JsonObject> Alike(IEnumerable<JsonObject> movements) => movements
        .Where(movement => movement.Text("type") == "charge")
        .GroupBy(movement => (movement.Whole("created") / Calendar.Day, movement.Whole("amount"), movement.Text("currency")))
        .Where(group => group.Count() > 1)
        .SelectMany(group => group);

    private static bool OfOldCharge(LumenCast cast, JsonObject movement)
    {
        var refund = cast.Lives.SelectMany(life => life.Objects).First(value => value.Id() == movement.Text("source"));
        var charge = cast.Lives.SelectMany(life => life.Objects).First(value => value.Id() == refund.Text("charge"));
        return charge.Whole("created") < Ledger.Opens;
    }
}
