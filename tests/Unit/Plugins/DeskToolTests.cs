using System.Text.Json.Nodes;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>What support agents ask with, where something was changed first: each test has customers of its own.</summary>
public sealed class DeskToolTests(SharedLumen shared) : IClassFixture<SharedLumen>
{
    private readonly Lumen _lumen = shared.Lumen;

    private StripeClient Api => _lumen.Stripe;

    [Theory]
    [InlineData("draft")]
    [InlineData("void")]
    public async Task Triage_NewestInvoiceIsADraftOrVoid_TellsOfTheNewestThatWasSentAndStands(string status)
    {
        var healthy = _lumen.Planted("healthy_customers", status == "draft" ? 5 : 6);
        var customer = (string)healthy["customer"]!;
        var newest = await InvoiceAsync(customer, (string)healthy["currency"]!);
        if (status == "void")
        {
            await Api.V1.Invoices.FinalizeInvoiceAsync(newest.Id);
            newest = await Api.V1.Invoices.VoidInvoiceAsync(newest.Id);
        }

        var sorted = await _lumen.CallAsync("triage_ticket", ("text", "I have a question about our invoice, what is it for?"), ("customer", customer));
        ((string?)sorted["facts"]!["last_invoice"]!["invoice"]).ShouldBe((string?)healthy["last_invoice"]);

        // A void one that the ticket names is nobody's debt either.
        if (status == "void")
        {
            var named = await _lumen.CallAsync("triage_ticket", ("text", $"I have a question about our invoice {newest.Number}."), ("customer", customer));
            ((string?)named["facts"]!["mentioned"]!["status"]).ShouldBe("void");
            ((string?)named["reply"])!.ShouldNotContain("Your invoice", Case.Sensitive);
        }
    }

    [Fact]
    public async Task Triage_OfNobody_HasThePolicyAndThePast_AndNoReply()
    {
        var sorted = await _lumen.CallAsync("triage_ticket", ("text", "We want our money back for this month, please refund us."));
        (sorted["customer"], sorted["reply"], sorted["note"]).ShouldBe((null, null, null));
        ((string?)sorted["policy"])!.ShouldContain("refunds.md");
        sorted["similar_tickets"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task PaymentHistory_DebitUnderWayAfterADecline_SaysWhatIsAwaited()
    {
        var pending = _lumen.Planted("pending_payments");
        var debit = (await Api.V1.Charges.GetAsync((string)pending["charge"]!)).PaymentMethod;
        var invoice = await InvoiceAsync((string)pending["customer"]!, (string)pending["currency"]!);
        await Api.V1.Invoices.FinalizeInvoiceAsync(invoice.Id);
        var card = await Api.V1.PaymentMethods.AttachAsync("pm_card_visa_chargeDeclinedInsufficientFunds", new PaymentMethodAttachOptions { Customer = (string)pending["customer"]! });
        await Should.ThrowAsync<StripeException>(() => Api.V1.Invoices.PayAsync(invoice.Id, new InvoicePayOptions { PaymentMethod = card.Id }));
        (await UnpaidAsync())["awaited"].ShouldBeNull("the decline says why");

        await Api.V1.Invoices.PayAsync(invoice.Id, new InvoicePayOptions { PaymentMethod = debit });
        var unpaid = await UnpaidAsync();
        ((int)unpaid["failed_attempts"]!).ShouldBe(1);
        ((string?)unpaid["awaited"])!.ShouldContain("a bank debit is under way");

        async Task<JsonObject> UnpaidAsync() => (await _lumen.CallAsync("get_payment_history", ("invoice", invoice.Id)))["unpaid"]![0]!.AsObject();
    }

    [Fact]
    public async Task UpcomingInvoice_MeteredAndEnding_IsTheLast_AndStoredCreditIsNotSaidToBeUsed()
    {
        var usage = _lumen.Planted("usage_anomalies");
        var (customer, subscription) = ((string)usage["customer"]!, (string)usage["subscription"]!);
        var before = await _lumen.CallAsync("get_upcoming_invoice", ("customer", customer));
        before["last"].ShouldBeNull(before.ToJsonString());
        var ending = await Api.V1.Subscriptions.UpdateAsync(subscription, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });

        var next = await _lumen.CallAsync("get_upcoming_invoice", ("customer", customer));
        ((string?)next["status"], (bool?)next["last"]).ShouldBe(("upcoming", true), next.ToJsonString());
        ((string?)next["usage"]).ShouldBe($"Only what was used so far is in it; usage until {next["date"]} comes on top.");
        ((bool?)(await _lumen.CallAsync("get_upcoming_invoice", ("subscription", subscription)))["last"]).ShouldBe(true);
        (await ComingInvoices.AnyAsync(_lumen.Get<StripeReaders>().For(Lumen.Tenant), customer, ending.Currency, default)).ShouldBeNull("a last invoice of usage may be nought");
    }

    [Fact]
    public async Task UpcomingInvoice_EndingWithoutUsage_IsNone()
    {
        var healthy = _lumen.Planted("healthy_customers", 7);
        var subscription = (await Api.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Customer = (string)healthy["customer"]! })).Data.Single();
        await Api.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });

        ((string?)(await _lumen.CallAsync("get_upcoming_invoice", ("customer", (string)healthy["customer"]!)))["error"]!["code"]).ShouldBe("no_upcoming_invoice");
        ((string?)(await _lumen.CallAsync("get_upcoming_invoice", ("subscription", subscription.Id)))["error"]!["code"]).ShouldBe("no_upcoming_invoice");
        (await ComingInvoices.AnyAsync(_lumen.Get<StripeReaders>().For(Lumen.Tenant), (string)healthy["customer"]!, subscription.Currency, default)).ShouldBe(false);
    }

    [Fact]
    public async Task FindStatementLine_OfAPartialRefund_IsTheRefund_AndAChargeNeverStandsForMoneyBack()
    {
        var paid = _lumen.Planted("paid_invoices", 3);
        var charge = await ChargeOfAsync(paid);
        var refund = await Api.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = 731 });
        var day = refund.Created.AddDays(6);

        var found = await LineAsync($"{day:yyyy-MM-dd} LUMEN REFUND 7.31 {charge.Currency.ToUpperInvariant()} CR");
        ((int)found["count"]!, (bool)found["certain"]!).ShouldBe((1, true), found.ToJsonString());
        ((string?)found["charges"]![0]!["amount"])!.ShouldStartWith("7.31");
        ((string?)found["charges"]![0]!["date"]).ShouldBe($"{refund.Created:yyyy-MM-dd}");
        ((string?)found["charges"]![0]!["refund_of"]!["date"]).ShouldBe($"{charge.Created:yyyy-MM-dd}");

        var wrong = await LineAsync($"{charge.Created:yyyy-MM-dd} LUMEN REFUND {charge.Amount / 100m:0.00} CR");
        ((bool)wrong["certain"]!).ShouldBeFalse();
        ((string?)wrong["note"])!.ShouldContain("no refund of ours fits");

        Task<JsonObject> LineAsync(string line) => _lumen.CallAsync("find_statement_line", ("line", line), ("customer", charge.CustomerId));
    }

    [Fact]
    public async Task FindStatementLine_Days_AreTheTenants()
    {
        var charge = await ChargeOfAsync(_lumen.Planted("paid_invoices", 1));
        var ahead = Lumen.Tenant with { TimeZone = charge.Created.Hour >= 10 ? "Pacific/Kiritimati" : "Pacific/Pago_Pago" };
        var day = ahead.Day(new DateTimeOffset(charge.Created, TimeSpan.Zero));
        day.ShouldNotBe(DateOnly.FromDateTime(charge.Created));
        var edge = day > DateOnly.FromDateTime(charge.Created) ? day.AddDays(5) : day.AddDays(-1);

        var function = _lumen.Get<ToolCatalog>().CreateReadTools(new ToolScope(ahead, "support", Asker: null), ["find_statement_line"]).Single();
        var found = ToolJson.Of((await function.InvokeAsync(new Kernel(), new KernelArguments { ["line"] = $"{edge:yyyy-MM-dd} LUMEN {charge.Amount / 100m:0.00}", ["customer"] = charge.CustomerId })).GetValue<object>()!);
        found["charges"]!.AsArray().Select(c => (string?)c!["charge"]).ShouldContain(charge.Id, found.ToJsonString());
    }

    private async Task<Charge> ChargeOfAsync(JsonObject paid) =>
        (await Api.V1.Charges.ListAsync(new ChargeListOptions { Customer = (string)paid["customer"]!, Limit = 100 })).Data.First(c => c.Status == "succeeded" && c.AmountRefunded == 0 && c.Currency is "usd" or "eur");

    private async Task<Invoice> InvoiceAsync(string customer, string currency)
    {
        await Api.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer, Amount = 4_500, Currency = currency });
        return await Api.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer, Currency = currency, PendingInvoiceItemsBehavior = "include", AutoAdvance = false });
    }
}
