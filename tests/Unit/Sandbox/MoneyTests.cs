using System.Net;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class MoneyTests
{
    [Fact]
    public async Task CreateRefund_Partial_ChangesChargeAndTellsIt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.PaidInvoiceAsync();
        var charge = (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single();

        var refund = await sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions
        {
            PaymentIntent = charge.PaymentIntentId,
            Amount = 1200,
            Reason = "requested_by_customer",
            Metadata = new() { ["proposal"] = "p1" },
        });

        refund.ChargeId.ShouldBe(charge.Id);
        (await sandbox.Admin.V1.Charges.GetAsync(charge.Id)).AmountRefunded.ShouldBe(1200);
        var effect = (await sandbox.EffectsAsync())[^1]!;
        ((string?)effect["effect"]).ShouldBe("refund.created");
        ((long)effect["amount"]!).ShouldBe(1200);
        ((string?)effect["metadata"]!["proposal"]).ShouldBe("p1");
        var events = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Types = ["refund.created", "charge.refunded"] });
        events.Data.Select(e => e.Type).ShouldBe(["charge.refunded", "refund.created"], ignoreOrder: true);
    }

    [Fact]
    public async Task CreateRefund_MoreThanLeft_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.PaidInvoiceAsync();
        var charge = (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single();

        var tooMuch = await Should.ThrowAsync<StripeException>(() => RefundAsync(4000));
        await RefundAsync(null);
        var again = await Should.ThrowAsync<StripeException>(() => RefundAsync(1));

        tooMuch.Message.ShouldBe("Refund amount ($40.00) is greater than unrefunded amount on charge ($30.00)");
        again.StripeError.Code.ShouldBe("charge_already_refunded");

        Task<Refund> RefundAsync(long? amount) => sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = charge.Id, Amount = amount });
    }

    [Fact]
    public async Task CreateCreditNote_OpenInvoice_ReducesWhatIsDue()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync();

        var note = await sandbox.Admin.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = invoice.Id, Amount = 1000, Reason = "order_change" });

        note.PrePaymentAmount.ShouldBe(1000);
        note.Type.ShouldBe("pre_payment");
        note.Number.ShouldBe(invoice.Number + "-CN-01");
        var after = await sandbox.Admin.V1.Invoices.GetAsync(invoice.Id);
        after.AmountRemaining.ShouldBe(2000);
        after.PrePaymentCreditNotesAmount.ShouldBe(1000);
        (await sandbox.Admin.V1.CreditNotes.VoidCreditNoteAsync(note.Id)).Status.ShouldBe("void");
        (await sandbox.Admin.V1.Invoices.GetAsync(invoice.Id)).AmountRemaining.ShouldBe(3000);
    }

    [Fact]
    public async Task CreateCreditNote_PaidInvoiceWithoutSplit_IsRefusedWithTheSums()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync();

        var error = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = invoice.Id, Amount = 1000 }));

        error.Message.ShouldBe("The sum of credit amount, refund amount and out of band amount ($0.00) must equal the post payment credit note amount ($10.00).");
    }

    [Fact]
    public async Task CreateCreditNote_PaidInvoiceSplit_RefundsAndCredits()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync();
        var line = invoice.Lines.Data.Single().Id;

        var note = await sandbox.Admin.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions
        {
            Invoice = invoice.Id,
            Lines = [new CreditNoteLineOptions { Type = "invoice_line_item", InvoiceLineItem = line, Amount = 1000 }],
            RefundAmount = 600,
            CreditAmount = 400,
        });

        note.PostPaymentAmount.ShouldBe(1000);
        note.Refunds.Single().AmountRefunded.ShouldBe(600);
        (await sandbox.Admin.V1.Customers.GetAsync(invoice.CustomerId)).Balance.ShouldBe(-400);
        (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single().AmountRefunded.ShouldBe(600);
        var transaction = (await sandbox.Admin.V1.Customers.BalanceTransactions.ListAsync(invoice.CustomerId)).Data.Single();
        transaction.CreditNoteId.ShouldBe(note.Id);
        transaction.EndingBalance.ShouldBe(-400);
    }

    [Fact]
    public async Task CreateCreditNote_MoreThanTheInvoice_IsRefusedAndLeavesNothing()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync();
        var effects = (await sandbox.EffectsAsync()).Count;

        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.CreditNotes.CreateAsync(
            new CreditNoteCreateOptions { Invoice = invoice.Id, Amount = 3001, CreditAmount = 3001 }));

        (await sandbox.EffectsAsync()).Count.ShouldBe(effects);
        (await sandbox.Admin.V1.Customers.GetAsync(invoice.CustomerId)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task PreviewCreditNote_ChangesNothing()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.PaidInvoiceAsync();

        var preview = await sandbox.Client(BillingCopilot.Sandbox.SandboxKeys.Read).V1.CreditNotes.PreviewAsync(
            new CreditNotePreviewOptions { Invoice = invoice.Id, Amount = 500, RefundAmount = 500 });

        preview.Total.ShouldBe(500);
        (await sandbox.Admin.V1.CreditNotes.ListAsync()).Data.ShouldBeEmpty();
        (await sandbox.Admin.V1.Refunds.ListAsync()).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task PayInvoice_GoodCard_IsPaidThroughItsInvoicePayment()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync();

        var paid = await sandbox.Admin.V1.Invoices.PayAsync(invoice.Id);

        paid.Status.ShouldBe("paid");
        paid.AttemptCount.ShouldBe(1);
        var charge = (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single();
        var link = await sandbox.Admin.V1.InvoicePayments.ListAsync(new InvoicePaymentListOptions
        {
            Payment = new InvoicePaymentPaymentOptions { Type = "payment_intent", PaymentIntent = charge.PaymentIntentId },
        });
        link.Data.Single().InvoiceId.ShouldBe(invoice.Id);
        link.Data.Single().Status.ShouldBe("paid");
    }

    [Fact]
    public async Task PayInvoice_DecliningCard_Is402AndLeavesTheAttempt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync(card: "pm_card_visa_chargeDeclinedInsufficientFunds");

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Invoices.PayAsync(invoice.Id));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        error.StripeError.Type.ShouldBe("card_error");
        error.StripeError.DeclineCode.ShouldBe("insufficient_funds");
        error.StripeError.AdviceCode.ShouldBe("try_again_later");
        error.StripeError.PaymentIntent.Status.ShouldBe("requires_payment_method");
        (await sandbox.Admin.V1.Invoices.GetAsync(invoice.Id)).AttemptCount.ShouldBe(1);
        (await sandbox.Admin.V1.Charges.GetAsync(error.StripeError.Charge)).FailureCode.ShouldBe("card_declined");
        (await sandbox.ControlAsync("ledger"))["declined"]!.AsArray().Count.ShouldBe(1);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "invoice.payment_failed" })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task PayInvoice_OtherCardAfterDecline_Pays()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync(card: "pm_card_chargeCustomerFail");
        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Invoices.PayAsync(invoice.Id));

        var paid = await sandbox.Admin.V1.Invoices.PayAsync(invoice.Id, new InvoicePayOptions { PaymentMethod = "pm_card_visa" });

        paid.Status.ShouldBe("paid");
        (await sandbox.Admin.V1.Customers.GetAsync(invoice.CustomerId)).Delinquent.ShouldBe(false);
    }

    [Fact]
    public async Task CreateBalanceTransaction_Credit_LowersTheNextInvoice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        await sandbox.Admin.V1.Customers.BalanceTransactions.CreateAsync(
            customer.Id, new CustomerBalanceTransactionCreateOptions { Amount = -500, Currency = "usd" });

        var subscription = await sandbox.SubscriptionAsync(customer.Id, (await sandbox.PriceAsync()).Id);

        var invoice = await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId);
        invoice.AmountDue.ShouldBe(2500);
        invoice.Total.ShouldBe(3000);
        (await sandbox.Admin.V1.Customers.GetAsync(customer.Id)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task CreatePortalSession_PaymentMethodUpdate_HasALink()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();

        var session = await sandbox.Client(BillingCopilot.Sandbox.SandboxKeys.Write).V1.BillingPortal.Sessions.CreateAsync(new()
        {
            Customer = customer.Id,
            ReturnUrl = "https://example.test",
            FlowData = new() { Type = "payment_method_update" },
        });

        session.Url.ShouldStartWith("https://billing.stripe.com/p/session/");
        session.Flow.Type.ShouldBe("payment_method_update");
    }
}
