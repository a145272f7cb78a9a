using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.MemoryTests;
using BillingCopilot.Unit.SandboxTests.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>What cards of money back say: the window, the policy of this very case, the cheapest right remedy; and a refund of one line.</summary>
public sealed partial class MoneyBackCardTests : IAsyncLifetime
{
    private readonly KnowledgeFixture _knowledge = new();
    private RealBench _bench = null!;

    private Objects Objects => new(_bench.Sandbox.Admin);

    public async Task InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Files.Of("Sandbox/Worlds/Lumen/policies"), "*.md"))
        {
            _knowledge.Write("policies/" + Path.GetFileName(file), await System.IO.File.ReadAllTextAsync(file));
        }

        await _knowledge.IngestAsync(RealBench.Tenant);
        _bench = await RealBench.StartAsync(knowledge: _knowledge.Base);
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        _knowledge.Dispose();
    }

    [Theory]
    [InlineData("requested_by_customer", "refunds.md")]
    [InlineData("duplicate", "duplicate-charges.md")]
    public void Window_OfTheShippedPolicy_IsTheDocumentsFigure(string reason, string document)
    {
        var days = _bench.Node.GetRequiredService<PolicyBook>().For("issue_refund").WindowDays.ShouldNotBeNull()[reason];
        DaysInDocument().Match(System.IO.File.ReadAllText(Files.Of($"Sandbox/Worlds/Lumen/policies/{document}"))).Groups["days"].Value.ShouldBe($"{days}");
    }

    [Theory]
    [InlineData("requested_by_customer", "Inside: day 0 of 30", "Refunds, Refund window")]
    [InlineData("duplicate", "Inside: day 0 of 120", "Duplicate charges, Our promise")]
    [InlineData("fraudulent", "policy.yaml gives none", "Disputes, Early fraud warnings")]
    public async Task RefundCard_ByItsReason_SaysTheWindowAndQuotesItsPolicy(string reason, string window, string policy)
    {
        var charge = await Objects.ChargeOfAsync(await Objects.PaidInvoiceAsync(12_000));
        var card = await _bench.ProposeAsync("issue_refund", new JsonObject { ["charge"] = charge.Id, ["reason"] = reason });
        Row(card, "Refund window").ShouldStartWith(window);
        Row(card, PolicyRule.Field).ShouldStartWith(policy);
    }

    [Fact]
    public async Task RefundCard_AfterTheWindow_SaysSoAndWhatIsLeft()
    {
        var charge = await Objects.ChargeOfAsync(await Objects.PaidInvoiceAsync(12_000));
        await _bench.Sandbox.ControlAsync("clock", new { advance = "31d" });
        _bench.Time.Advance(TimeSpan.FromDays(31));
        var card = await _bench.ProposeAsync("issue_refund", new JsonObject { ["charge"] = charge.Id, ["reason"] = "requested_by_customer" });
        Row(card, "Refund window").ShouldStartWith("Outside: day 31, and the 30 days ended on ");
        Row(card, "Refund window").ShouldEndWith("courtesy credit of at most $50.00.");
        var warning = Plugins.Support.IssueRefund.Descriptor.Warning.ShouldNotBeNull();
        warning(card.Changes).ShouldNotBeNull().ShouldMatch("^Outside the refund window: day 31, and the 30 days ended on [0-9]{4}-[0-9]{2}-[0-9]{2}\\.$");
        warning([new PreviewChange("Refund window", "", "Inside: day 0 of 30, open until 2027-01-01.")]).ShouldBeNull();
    }

    [Theory]
    [InlineData("usd", 20, false, 14_399, 23_998)]
    [InlineData("eur", 7.5, false, 12_899, 21_498)]
    [InlineData("jpy", 10, false, 13_199, 21_998)]
    [InlineData("usd", 20, true, 11_999, 19_998)]
    public async Task RefundOfALine_Paid_IsTheLineWithItsTaxToTheCent(string currency, double percent, bool inclusive, long first, long second)
    {
        var invoice = await Objects.LinesInvoiceAsync([11_999, 19_998], currency, new Tax((decimal)percent, inclusive));
        await Objects.PayAsync(invoice);
        var shown = (await _bench.Sandbox.Admin.V1.Invoices.GetAsync(invoice.Id)).Lines.Data;
        var at = shown.FindIndex(l => l.Amount == 11_999) + 1;
        var line = new JsonObject { ["invoice"] = invoice.Id, ["lines"] = new JsonArray(at), ["disposition"] = "refund" };

        var done = await _bench.DoneAsync("issue_credit_note", line);

        done.Amount!.Value.AmountMinor.ShouldBe(first);
        (await Objects.ChargeOfAsync(invoice)).AmountRefunded.ShouldBe(first);
        invoice.Total.ShouldBe(first + second);
        (await _bench.TryProposeAsync("issue_credit_note", (JsonObject)line.DeepClone())).ToString()!.ShouldContain("line_credited");
    }

    [Fact]
    public async Task RefundCard_OfALinesAmount_NamesTheCreditNoteOfThatLine()
    {
        var invoice = await Objects.LinesInvoiceAsync([10_000, 20_000], "usd", new Tax(20, Inclusive: false));
        await Objects.PayAsync(invoice);
        var charge = await Objects.ChargeOfAsync(invoice);
        Row(await _bench.ProposeAsync("issue_refund", Objects.Refund(charge, 12_000)), "Line of the invoice").ShouldContain("issue_credit_note of that line with refund");
        (await _bench.ProposeAsync("issue_refund", Objects.Refund(charge, 11_000))).Changes.ShouldNotContain(c => c.Field == "Line of the invoice");
    }

    [Fact]
    public async Task RefundCard_AfterPartWasPaidBackByBankTransfer_GivesBackOnlyTheRest()
    {
        var invoice = await Objects.PaidInvoiceAsync(12_000);
        var charge = await Objects.ChargeOfAsync(invoice);
        await _bench.Sandbox.Admin.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = invoice.Id, Amount = 5_000, OutOfBandAmount = 5_000 });
        var card = await _bench.ProposeAsync("issue_refund", new JsonObject { ["charge"] = charge.Id, ["reason"] = "requested_by_customer" });
        card.Amount.ShouldBe(new(7_000, "usd"));
        Row(card, "Paid back outside Stripe").ShouldBe("$50.00");
        (await _bench.TryProposeAsync("issue_refund", Objects.Refund(charge, 12_000))).ToString()!.ShouldContain("outside Stripe");
    }

    [Fact]
    public async Task CreditNoteCard_AfterARefundWithoutANote_ShowsTheRefund()
    {
        var invoice = await Objects.PaidInvoiceAsync(9_000);
        await _bench.DoneAsync("issue_refund", Objects.Refund(await Objects.ChargeOfAsync(invoice), 3_000));
        var card = await _bench.ProposeAsync("issue_credit_note", Objects.Credit(invoice, 2_000, "customer_balance"));
        card.Changes.Single(c => c.Field == "Refunded to the payment method").ShouldBe(PreviewChange.Of("Refunded to the payment method", new(3_000, "usd"), new(3_000, "usd")));
    }

    [Theory]
    [InlineData(false, null, "This one: the amount is not paid", "Credit notes on open invoices")]
    [InlineData(true, "refund", "This one: no further invoice comes", "Credit notes on paid invoices")]
    [InlineData(true, "customer_balance", "Back to the payment method", "Credit notes on paid invoices")]
    public async Task CreditNoteCard_ByWhatIsPaid_NamesRemedyAndPolicy(bool paid, string? disposition, string remedy, string policy)
    {
        var invoice = await (paid ? Objects.PaidInvoiceAsync(9_000) : Objects.OpenInvoiceAsync(9_000));
        var card = await _bench.ProposeAsync("issue_credit_note", Objects.Credit(invoice, 2_000, disposition));
        Row(card, PreviewChange.Remedy).ShouldStartWith(remedy);
        Row(card, PolicyRule.Field).ShouldStartWith($"Credit notes and courtesy credit, {policy}");
    }

    [Theory]
    [InlineData("customer_balance", "This one: the subscription goes on")]
    [InlineData("refund", "A credit note onto the customer's balance")]
    public async Task CreditNoteCard_WhileTheSubscriptionGoesOn_PrefersTheBalance(string disposition, string remedy)
    {
        var subscription = await Objects.SubscriptionAsync(3_000, 2);
        var invoice = (await _bench.Sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data.Single();
        Row(await _bench.ProposeAsync("issue_credit_note", Objects.Credit(invoice, 2_000, disposition)), PreviewChange.Remedy).ShouldStartWith(remedy);
    }

    [Fact]
    public async Task CourtesyCard_SecondGesture_SaysWhatIsLeftOfTheLimit()
    {
        var customer = await Objects.CustomerAsync();
        await Objects.GivenAsync(customer, 2_000);
        var card = await _bench.ProposeAsync("give_courtesy_credit", Objects.Courtesy(customer, 1_000));
        card.Changes.Single(c => c.Field == "Left of the limit").ShouldBe(PreviewChange.Of("Left of the limit", new(3_000, "usd"), new(2_000, "usd")));
    }

    /// <summary>Who gives money back, a plan or a coupon is told the cheapest that is right; taking something back is none of these.</summary>
    [Theory]
    [InlineData("issue_refund")]
    [InlineData("issue_credit_note")]
    [InlineData("give_courtesy_credit")]
    [InlineData("apply_coupon_once")]
    [InlineData("downgrade_at_period_end")]
    [InlineData("downgrade_now")]
    [InlineData("cancel_subscription_at_period_end")]
    [InlineData("cancel_subscription_now")]
    [InlineData("cancel_subscription_prorated")]
    public async Task Card_OfMoneyBack_NamesTheCheapestRightRemedyOnce(string operation)
    {
        var real = RealOperation.All[operation];
        var arguments = await real.MakeAsync(Objects);
        await real.Prepare(_bench.Sandbox.Admin, arguments);
        var card = await _bench.ProposeAsync(operation, arguments, real.Proposer);
        card.Changes.Count(c => c.Field == PreviewChange.Remedy && c.After.Length > 0).ShouldBe(1);
    }

    [Fact]
    public async Task ResendInvoice_MailedToday_SaysWhenAndWhatToDo()
    {
        var invoice = await Objects.OpenInvoiceAsync(9_000);
        await _bench.DoneAsync("resend_invoice", new JsonObject { ["invoice"] = invoice.Id });
        var refusal = (await _bench.TryProposeAsync("resend_invoice", new JsonObject { ["invoice"] = invoice.Id })).ShouldBeOfType<BillingCopilot.Billing.Outcome<ProposalView>.Refused>().Refusal;
        refusal.Code.ShouldBe("mailed_today");
        refusal.Message.ShouldMatch(@"was mailed today already, 20\d\d-\d\d-\d\d \d\d:\d\d UTC\.$");
        refusal.Remedy!.ShouldContain("junk mail");
    }

    private static string Row(ProposalView card, string field) => card.Changes.Single(c => c.Field == field).After;

    [GeneratedRegex(@"(?<days>\d+) days\*\* of the")]
    private static partial Regex DaysInDocument();
}
