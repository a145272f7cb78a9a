using System.Text.Json.Nodes;
using BillingCopilot.Plugins.Tools;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class ReadToolTests(SharedLumen shared) : IClassFixture<SharedLumen>
{
    private readonly Lumen _lumen = shared.Lumen;

    [Fact]
    public async Task FindCustomer_Misspelt_FindsTheOne()
    {
        var healthy = _lumen.Planted("healthy_customers");
        var name = (string)healthy["customer_name"]!;
        var found = await _lumen.CallAsync("find_customer", ("query", name.ToLowerInvariant().Remove(2, 1)));
        found["matches"]![0]!["customer"]!.ToString().ShouldBe(healthy["customer"]!.ToString());
    }

    [Fact]
    public async Task FindCustomer_TwoOfALikeName_TellsThemApart()
    {
        var pair = _lumen.Planted("ambiguous_names");
        var found = await _lumen.CallAsync("find_customer", ("query", (string)pair["query"]!));
        found["matches"]!.AsArray().Select(m => m!["customer"]!.ToString()).Order()
            .ShouldBe(pair["customers"]!.AsArray().Select(c => c!["customer"]!.ToString()).Order());
        found["note"]!.ToString().ShouldContain("Ask which one");
    }

    [Fact]
    public async Task FindCustomer_SamePlanTwice_NamesItOnce()
    {
        var twice = _lumen.Planted("equal_charges", 1);
        var found = await _lumen.CallAsync("find_customer", ("query", (string)twice["customer_name"]!));
        var plans = found["matches"]!.AsArray().Single(m => m!["customer"]!.ToString() == twice["customer"]!.ToString())!["plans"]!.AsArray().Select(p => (string)p!).ToList();
        plans.ShouldNotBeEmpty();
        plans.ShouldBe(plans.Distinct());
    }

    [Fact]
    public async Task FindCustomer_ByMail_NeverShowsTheMail()
    {
        var failed = _lumen.Planted("failed_invoices");
        var found = await _lumen.CallAsync("find_customer", ("query", (string)failed["email"]!));
        found["matches"]![0]!["customer"]!.ToString().ShouldBe(failed["customer"]!.ToString());
        found.ToJsonString().ShouldNotContain("@");
    }

    [Fact]
    public async Task ListInvoices_MoreThanShown_SaysSo()
    {
        var list = await _lumen.CallAsync("list_invoices", ("customer", (string)_lumen.Planted("invoice_increases")["customer"]!), ("limit", 3));
        list["complete"]!.GetValue<bool>().ShouldBeFalse();
        list["partial"]!["shown"]!.GetValue<int>().ShouldBe(3);
        list["partial"]!["total"]!.GetValue<int>().ShouldBe(list["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task GetInvoice_ByNumber_IsTheInvoice()
    {
        var rise = _lumen.Planted("invoice_increases");
        var invoice = await _lumen.CallAsync("get_invoice", ("number", rise["invoice_number"]!.ToString().ToLowerInvariant()));
        invoice["invoice"]!.ToString().ShouldBe(rise["invoice"]!.ToString());
        invoice["customer_name"]!.ToString().ShouldBe(rise["customer_name"]!.ToString());
    }

    [Fact]
    public async Task GetInvoice_UnknownNumber_SaysSo() =>
        (await _lumen.CallAsync("get_invoice", ("number", "NOPE-1")))["error"]!["code"]!.ToString().ShouldBe("invoice_not_found");

    [Fact]
    public async Task GetInvoice_UnknownId_HasStripesCodeAndRequestId()
    {
        var error = (await _lumen.CallAsync("get_invoice", ("invoice", "in_nothing")))["error"]!;
        error["code"]!.ToString().ShouldBe("resource_missing");
        error["request_id"]!.ToString().ShouldStartWith("req_");
        error["message"]!.ToString().ShouldNotContain("in_nothing");
    }

    [Fact]
    public async Task ExplainInvoiceChange_EveryIncrease_AddsUpToTheDifference()
    {
        foreach (var rise in _lumen.Truth["invoice_increases"]!.AsArray().Select(r => r!.AsObject()))
        {
            var explained = await _lumen.CallAsync("explain_invoice_change", ("customer", (string)rise["customer"]!));
            explained["current"]!["invoice"]!.ToString().ShouldBe(rise["invoice"]!.ToString());
            explained["previous"]!["invoice"]!.ToString().ShouldBe(rise["previous_invoice"]!.ToString());
            var sum = explained["changes"]!.AsArray().Sum(c => Amount(c!["amount"]!));
            sum.ShouldBe(Amount(explained["difference"]!));
            explained["changes"]!.AsArray().ShouldAllBe(c => c!["kind"]!.ToString() != "not_itemised");
        }
    }

    [Theory]
    [InlineData("seat_increase", "quantity_changed")]
    [InlineData("overage", "usage_changed")]
    [InlineData("discount_ended", "discount_ended")]
    [InlineData("plan_upgrade_proration", "plan_changed")]
    [InlineData("price_change", "unit_price_changed")]
    public async Task ExplainInvoiceChange_EachCause_IsNamed(string cause, string kind)
    {
        var rise = _lumen.Truth["invoice_increases"]!.AsArray().First(r => r!["cause"]!.ToString() == cause)!;
        var explained = await _lumen.CallAsync("explain_invoice_change", ("invoice", (string)rise["invoice"]!));
        explained["changes"]!.AsArray().ShouldContain(c => c!["kind"]!.ToString() == kind);
    }

    [Fact]
    public async Task ExplainInvoiceChange_CreditUsed_IsInTheAmountDueOnly()
    {
        var used = _lumen.Planted("credited_customers");
        var explained = await _lumen.CallAsync("explain_invoice_change", ("customer", (string)used["customer"]!));
        explained["difference"]!.ToString().ShouldBe("0.00 USD");
        explained["due_changes"]![0]!["kind"]!.ToString().ShouldBe("balance_applied");
        Amount(explained["current"]!["amount_due"]!).ShouldBe((long)used["last_amount_due"]! / 100m);
    }

    [Fact]
    public async Task GetCustomerOverview_StoredCredit_IsShown()
    {
        var left = _lumen.Planted("credited_customers", 1);
        var overview = await _lumen.CallAsync("get_customer_overview", ("customer", (string)left["customer"]!));
        Amount(overview["credit_balance"]!).ShouldBe(-(long)left["balance"]! / 100m);
    }

    [Fact]
    public async Task ListCharges_EveryDouble_IsFound()
    {
        foreach (var twice in _lumen.Truth["double_charges"]!.AsArray().Select(d => d!.AsObject()))
        {
            var list = await _lumen.CallAsync("list_charges", ("customer", (string)twice["customer"]!));
            var found = list["possible_duplicates"]!.AsArray().ShouldHaveSingleItem()!;
            found["charge"]!.ToString().ShouldBe(twice["charge"]!.ToString());
            found["same_as"]!.ToString().ShouldBe(twice["original_charge"]!.ToString());
        }
    }

    [Fact]
    public async Task ListCharges_LegitimateEqualCharges_AreNotCalledDoubles()
    {
        var customers = _lumen.Truth["equal_charges"]!.AsArray().Concat(_lumen.Truth["healthy_customers"]!.AsArray());
        foreach (var equal in customers)
        {
            var list = await _lumen.CallAsync("list_charges", ("customer", (string)equal!["customer"]!));
            list["possible_duplicates"]!.AsArray().ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task ListCharges_Month_HoldsNoOther()
    {
        var customer = (string)_lumen.Planted("healthy_customers")["customer"]!;
        var list = await _lumen.CallAsync("list_charges", ("customer", customer), ("from", "2026-09-01"), ("to", "2026-09-30"));
        list["charges"]!.AsArray().ShouldAllBe(c => c!["date"]!.ToString().StartsWith("2026-09"));
        list["time_zone"]!.ToString().ShouldBe("UTC");
    }

    [Fact]
    public async Task ListCharges_NoDate_IsRefused() =>
        (await _lumen.CallAsync("list_charges", ("customer", "cus_any"), ("from", "September")))["error"]!["code"]!.ToString().ShouldBe("invalid_date");

    [Fact]
    public async Task GetPaymentHistory_EveryFailure_SaysWhyAndWhatNext()
    {
        foreach (var failed in _lumen.Truth["failed_invoices"]!.AsArray().Select(f => f!.AsObject()))
        {
            var history = await _lumen.CallAsync("get_payment_history", ("invoice", (string)failed["invoice"]!));
            var last = history["attempts"]![0]!;
            last["declined"]!.ToString().ShouldBe(failed["decline_code"]!.ToString());
            last["class"]!.ToString().ShouldBe(failed["decline_code"]!.ToString() == "authentication_required" ? "customer_action" : (bool)failed["hard"]! ? "hard" : failed["decline_code"]!.ToString() is "expired_card" or "incorrect_cvc" ? "card_data" : "soft");
            last["card"]!.ToString().ShouldEndWith(failed["last4"]!.ToString());
            var unpaid = history["unpaid"]![0]!;
            var attempts = history["attempts"]!.AsArray().Select(a => a!["date"]!.ToString()).ToList();
            unpaid["first_declined"]!.ToString().ShouldBe(attempts.Min());
            unpaid["days_since_first_decline"]!.GetValue<int>().ShouldBe((DateOnly.FromDateTime(_lumen.Clock.UtcNow.UtcDateTime).ToDateTime(default) - DateTime.Parse(attempts.Min()!)).Days);
            unpaid["last_mailed"].ShouldBeNull();
            unpaid["mailed"]!.ToString().ShouldBe("not yet");
            history["unpaid"]![0]!["next_attempt"]?.ToString().ShouldBe((bool)failed["hard"]! ? null : failed["next_attempt_date"]!.ToString());
        }
    }

    [Fact]
    public async Task SearchPolicies_PolicyAndTicket_AreMarked()
    {
        var found = await _lumen.CallAsync("search_policies", ("query", "refund"));
        found["policies"]![0]!["quote"]!.ToString().ShouldBe("Refunds are given within 30 days.");
        found["tickets"]![0]!["kind"]!.ToString().ShouldBe("ticket");
    }

    [Fact]
    public async Task EveryTool_NamesTheCustomerAtTheRoot()
    {
        var customer = (string)_lumen.Planted("healthy_customers")["customer"]!;
        foreach (var tool in new[] { "get_customer_overview", "list_invoices", "explain_invoice_change", "list_charges", "get_payment_history" })
        {
            var result = await _lumen.CallAsync(tool, ("customer", customer));
            result["customer"]!.ToString().ShouldBe(customer);
            result["customer_name"].ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Clock_AnyRead_FollowsTheSandbox()
    {
        await _lumen.CallAsync("find_customer", ("query", "anyone"));
        _lumen.Clock.UtcNow.Date.ShouldBe(DateTime.Parse((string)_lumen.Truth["now"]!).ToUniversalTime().Date);
    }

    private static decimal Amount(JsonNode text) => decimal.Parse(text.ToString().Split(' ')[0]);
}
