using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>What support agents ask with, over the sandbox's API.</summary>
public sealed class SupportToolTests(SharedLumen shared) : IClassFixture<SharedLumen>
{
    private readonly Lumen _lumen = shared.Lumen;

    [Fact]
    public async Task ExplainInvoice_OfAnOverage_SaysPercentAndAddsUp()
    {
        var explained = await ExplainAsync("overage");
        explained["parts"]!.AsArray().Select(p => (string?)p!["kind"]).ShouldContain("usage_overage");
        explained["parts"]!.AsArray().ShouldContain(p => p!["says"]!.ToString().Contains("% overage charge for «API calls»"));
    }

    [Fact]
    public async Task ExplainInvoice_OfAnUpgrade_HasDaysAndBothPrices()
    {
        var explained = await ExplainAsync("plan_upgrade_proration");
        var says = explained["parts"]!.AsArray().Select(p => p!["says"]!.ToString()).Where(s => s.Contains("proration")).ToList();
        says.Count.ShouldBe(2);
        says[0].ShouldMatch(@"\d+ of (28|29|30|31) days of \$\S+, now «Lumen \w+» at \$\S+, from ");
        says[1].ShouldMatch(@"\d+ of (28|29|30|31) days of \$\S+, before «Lumen \w+» at \$\S+, from ");
    }

    [Fact]
    public async Task ExplainInvoice_ForTheCustomer_SpeaksTheirLanguageOrTheOneAskedFor()
    {
        var euro = _lumen.Truth["healthy_customers"]!.AsArray().Select(c => c!.AsObject()).First(c => (string?)c["currency"] == "jpy");
        var invoice = (string)euro["last_invoice"]!;
        (await _lumen.CallAsync("explain_invoice", ("invoice", invoice), ("letter", true)))["language"]!.ToString().ShouldBe("ja");
        var spanish = await _lumen.CallAsync("explain_invoice", ("invoice", invoice), ("letter", true), ("language", "es"));
        spanish["for_customer"]!.ToString().ShouldStartWith("Su factura ");
        (await _lumen.CallAsync("explain_invoice", ("invoice", invoice), ("language", "tlh")))["error"]!["remedy"]!.ToString().ShouldContain("de, en, es, fr, ja");
    }

    [Fact]
    public async Task FindBillingMistakes_OfPlantedAndLookAlikes_ClaimsOnlyThePlanted()
    {
        foreach (var (list, kind, amount) in new[] { ("missed_discounts", "missed_discount", "missed"), ("wrong_prorations", "wrong_proration", "difference"), ("double_charges", "duplicate_charge", "amount") })
        {
            var planted = _lumen.Planted(list);
            var mistake = (await MistakesAsync(planted)).Single()!;
            mistake["kind"]!.ToString().ShouldBe(kind);
            mistake["invoice_number"]!.ToString().ShouldBe(planted["invoice_number"]!.ToString());
            mistake["over"]!.ToString().ShouldStartWith(Decimal((long)planted[amount]!));
        }

        foreach (var list in new[] { "unusual_prorations", "no_discount_due", "equal_charges", "healthy_customers" })
        {
            (await MistakesAsync(_lumen.Planted(list))).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task GetUpcomingInvoice_OfOneSubscription_IsTheNextPeriod()
    {
        var healthy = _lumen.Planted("healthy_customers");
        var next = await _lumen.CallAsync("get_upcoming_invoice", ("customer", (string)healthy["customer"]!));
        next["status"]!.ToString().ShouldBe("upcoming");
        next["total"]!.ToString().ShouldStartWith(Decimal((long)healthy["last_total"]!));
        next["parts"]![0]!["says"]!.ToString().ShouldContain("per month");
        next["usage"].ShouldBeNull("nothing of it is metered");
    }

    [Fact]
    public async Task GetUpcomingInvoice_OfACanceledCustomer_SaysThatNoneComes() =>
        (await _lumen.CallAsync("get_upcoming_invoice", ("customer", (string)_lumen.Planted("canceled_subscriptions")["customer"]!)))["error"]!["code"]!.ToString().ShouldBe("no_upcoming_invoice");

    [Fact]
    public async Task FindStatementLine_OfACharge_NamesItsInvoice()
    {
        var paid = _lumen.Planted("paid_invoices");
        var line = $"{DateOnly.Parse((string)paid["date"]!, System.Globalization.CultureInfo.InvariantCulture):dd.MM.yyyy} LUMEN {paid["amount_text"]}";
        var found = await _lumen.CallAsync("find_statement_line", ("line", line), ("customer", (string)paid["customer"]!));
        found["charges"]![0]!["invoice_number"]!.ToString().ShouldBe(paid["invoice_number"]!.ToString());
    }

    [Fact]
    public async Task FindStatementLine_WithoutAHit_SaysWhatWasSearchedAndTheNextStep()
    {
        var found = await _lumen.CallAsync("find_statement_line", ("line", "12.10.2026 LUMEN 7777.77 USD"));
        ((int)found["count"]!).ShouldBe(0);
        found["note"]!.ToString().ShouldMatch(@"^I find no charge and no refund of that amount and day: looked at \d+ charges and \d+ refunds of all customers from 2026-10-07 to 2026-10-13");
        found["note"]!.ToString().ShouldContain("for the customer's name");
        (await _lumen.CallAsync("find_statement_line", ("line", "12.10.2026 LUMEN 7777.77 USD"), ("customer", (string)_lumen.Planted("paid_invoices")["customer"]!)))["note"]!.ToString().ShouldContain("refunds of this customer");
    }

    private async Task<JsonObject> ExplainAsync(string cause)
    {
        var rise = _lumen.Truth["invoice_increases"]!.AsArray().Select(r => r!.AsObject()).First(r => (string?)r["cause"] == cause && (string?)r["currency"] == "usd");
        return await _lumen.CallAsync("explain_invoice", ("number", (string)rise["invoice_number"]!));
    }

    private async Task<JsonArray> MistakesAsync(JsonObject planted) =>
        (await _lumen.CallAsync("find_billing_mistakes", ("customer", (string)planted["customer"]!)))["mistakes"]!.AsArray();

    private static string Decimal(long minor) => (minor / 100m).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
