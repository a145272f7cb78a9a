using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

public sealed class MoneyIdentityTests
{
    public static TheoryData<int> Seeds => SeededWorlds.Seeds;

    [Fact]
    public void Identities_OverManySeeds_AllHold()
    {
        Action<int>[] identities =
        [
            Invoice_Total_IsLinesLessDiscountsPlusTax, Invoice_AmountDue_IsPaidPlusRemainingAndFollowsTheBalance,
            Customer_Balance_IsTheSumOfItsTransactions, InvoicePayment_Paid_MatchesIntentChargeAndInvoice, Charge_Refunded_IsTheSumOfItsRefunds,
            Proration_Lines_AreTheShareOfThePeriodToTheSecond, Charge_InThreeDecimalCurrency_EndsInZero,
            Payout_Amount_IsTheSumOfItsMovementsAndTheBalanceWhatIsLeft,
        ];

        SeededWorlds.Faults(world => identities.Select(identity => Fault(identity, world.Seed)).OfType<string>()).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Invoice_Total_IsLinesLessDiscountsPlusTax(int seed)
    {
        foreach (var invoice in Account(seed).All("invoice"))
        {
            var lines = invoice.Rows("lines").ToList();
            var discounts = lines.SelectMany(line => line.Rows("discount_amounts")).Sum(off => off.Whole("amount"));
            var taxes = lines.SelectMany(line => line.Rows("taxes")).Sum(tax => tax.Whole("amount"));
            lines.Sum(line => line.Whole("amount")).ShouldBe(invoice.Whole("subtotal"));
            (invoice.Whole("subtotal") - discounts + taxes).ShouldBe(invoice.Whole("total"));
            invoice.Rows("total_discount_amounts").Sum(off => off.Whole("amount")).ShouldBe(discounts);
            invoice.Rows("total_taxes").Sum(tax => tax.Whole("amount")).ShouldBe(taxes);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Invoice_AmountDue_IsPaidPlusRemainingAndFollowsTheBalance(int seed)
    {
        foreach (var invoice in Account(seed).All("invoice").Where(invoice => invoice.Text("status") != "draft"))
        {
            invoice.Whole("amount_due").ShouldBe(invoice.Whole("amount_paid") + invoice.Whole("amount_remaining"));
            var applied = invoice.Whole("ending_balance") - invoice.Whole("starting_balance");
            invoice.Whole("amount_due").ShouldBe(Math.Max(0, invoice.Whole("total") - applied));
            (invoice.Text("status") == "paid").ShouldBe(invoice.Whole("amount_remaining") == 0);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Customer_Balance_IsTheSumOfItsTransactions(int seed)
    {
        var account = Account(seed);
        foreach (var customer in account.All("customer"))
        {
            var transactions = account.All("customer_balance_transaction").Where(item => item.Text("customer") == customer.Id()).ToList();
            customer.Whole("balance").ShouldBe(transactions.Sum(item => item.Whole("amount")));
            (transactions.LastOrDefault()?.Whole("ending_balance") ?? 0).ShouldBe(customer.Whole("balance"));
        }

        account.All("customer_balance_transaction").ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void InvoicePayment_Paid_MatchesIntentChargeAndInvoice(int seed)
    {
        var account = Account(seed);
        var charges = account.All("charge").ToLookup(charge => charge.Text("payment_intent"));
        foreach (var payment in account.All("invoice_payment"))
        {
            var invoice = account.Find(payment.Id("invoice"))!;
            var intent = account.Find(payment["payment"]!.AsObject().Id("payment_intent"))!;
            intent.Whole("amount").ShouldBe(invoice.Whole("amount_due"));
            (payment.Text("status") == "paid").ShouldBe(invoice.Text("status") == "paid");
            intent.Whole("amount_received").ShouldBe(invoice.Whole("amount_paid"));
            charges[intent.Id()].ShouldAllBe(charge => charge.Whole("amount") == invoice.Whole("amount_due"));
            charges[intent.Id()].Count(charge => charge.Text("status") == "succeeded").ShouldBe(invoice.Text("status") == "paid" ? 1 : 0);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Charge_Refunded_IsTheSumOfItsRefunds(int seed)
    {
        var account = Account(seed);
        foreach (var charge in account.All("charge"))
        {
            var refunds = account.All("refund").Where(refund => refund.Text("charge") == charge.Id()).Sum(refund => refund.Whole("amount"));
            charge.Whole("amount_refunded").ShouldBe(refunds);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Proration_Lines_AreTheShareOfThePeriodToTheSecond(int seed)
    {
        var wrong = SeededWorlds.Of(seed).Entries("wrong_prorations").SelectMany(entry => entry["invoice_items"]!.AsArray().Select(id => (string)id!)).ToHashSet();
        var prorations = Account(seed).All("invoiceitem").Where(item => (bool)item["proration"]! && !wrong.Contains(item.Id())).ToList();
        prorations.Count.ShouldBeGreaterThanOrEqualTo(12);
        foreach (var item in prorations)
        {
            var unit = decimal.Parse(item["pricing"]!.AsObject().Id("unit_amount_decimal"), System.Globalization.CultureInfo.InvariantCulture);
            var end = DateTimeOffset.FromUnixTimeSeconds(item["period"]!.AsObject().Whole("end"));
            var left = (decimal)(end.ToUnixTimeSeconds() - item.Whole("date"));
            var price = Account(seed).Find(item["pricing"]!["price_details"]!.AsObject().Id("price"))!;
            var whole = (decimal)(end - end.AddMonths(price["recurring"]!.AsObject().Text("interval") == "year" ? -12 : -1)).TotalSeconds;
            Math.Abs(item.Whole("amount")).ShouldBe((long)Math.Round(unit * item.Whole("quantity") * left / whole, MidpointRounding.AwayFromZero));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Charge_InThreeDecimalCurrency_EndsInZero(int seed) =>
        Account(seed).All("charge").Where(charge => charge.Text("currency") == "kwd").ShouldAllBe(charge => charge.Whole("amount") % 10 == 0);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Payout_Amount_IsTheSumOfItsMovementsAndTheBalanceWhatIsLeft(int seed) =>
        CheckPayouts(Account(seed).All("payout"), [.. Account(seed).All("balance_transaction")]);

    private static string? Fault(Action<int> identity, int seed)
    {
        try
        {
            identity(seed);
            return null;
        }
        catch (ShouldAssertException fault)
        {
            return $"{identity.Method.Name}: {fault.Message}";
        }
    }

    /// <summary>Each automatic payout is what its movements sum to, and each movement nets what its fees leave.</summary>
    internal static void CheckPayouts(IReadOnlyList<JsonObject> payouts, IReadOnlyList<JsonObject> movements)
    {
        payouts.Count.ShouldBeGreaterThan(100);
        var taken = movements.ToLookup(movement => movement.Text("_payout"));
        foreach (var payout in payouts)
        {
            taken[payout.Id()].Where(movement => movement.Text("source") != payout.Id()).Sum(movement => movement.Whole("net")).ShouldBe(payout.Whole("amount"));
            taken[payout.Id()].ShouldAllBe(movement => movement.Text("currency") == payout.Text("currency") && movement.Whole("available_on") <= payout.Whole("created"));
            payout.Whole("amount").ShouldBeGreaterThan(0);
        }

        foreach (var movement in movements)
        {
            movement.Rows("fee_details").Sum(fee => fee.Whole("amount")).ShouldBe(movement.Whole("fee"));
            movement.Whole("net").ShouldBe(movement.Whole("amount") - movement.Whole("fee"));
        }
    }

    private static AccountState Account(int seed) => SeededWorlds.Of(seed).Account;
}
