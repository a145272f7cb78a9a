using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Payment intents that pay invoices.</summary>
public sealed class AttachedPaymentTests
{
    [Fact]
    public async Task Attach_APartAndThenTheRest_PaysTheInvoice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync(3000);

        var part = await AttachAsync(sandbox, invoice.Id, await IntentAsync(sandbox, 1000, confirm: true));
        (part.Status, part.AmountPaid, part.AmountRemaining).ShouldBe(("open", 1000, 2000));

        var rest = await IntentAsync(sandbox, 2000, confirm: false);
        (await AttachAsync(sandbox, invoice.Id, rest)).Status.ShouldBe("open");
        await sandbox.Admin.V1.PaymentIntents.ConfirmAsync(rest, new PaymentIntentConfirmOptions { PaymentMethod = "pm_card_visa" });

        var paid = await sandbox.Admin.V1.Invoices.GetAsync(invoice.Id);
        (paid.Status, paid.AmountPaid, paid.AmountRemaining).ShouldBe(("paid", 3000, 0));
        var payments = (await sandbox.Admin.V1.InvoicePayments.ListAsync(new InvoicePaymentListOptions { Invoice = invoice.Id })).Data;
        payments.Select(p => (p.IsDefault, p.Status, p.AmountPaid)).ShouldBe([(false, "paid", 2000), (false, "paid", 1000), (true, "canceled", null)]);
    }

    [Fact]
    public async Task Confirm_OfTheInvoicesOwnIntent_PaysTheInvoiceAndStartsTheSubscription()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync(card: null);
        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = (await sandbox.PriceAsync()).Id }],
            PaymentBehavior = "default_incomplete",
        });
        var payment = (await sandbox.Admin.V1.InvoicePayments.ListAsync(new InvoicePaymentListOptions { Invoice = subscription.LatestInvoiceId })).Data.Single();
        var intent = payment.Payment.PaymentIntentId;
        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.PaymentIntents.CancelAsync(intent));

        await Should.ThrowAsync<StripeException>(() => ConfirmAsync(sandbox, intent, "pm_card_chargeDeclined"));
        (await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId)).Status.ShouldBe("open");
        await ConfirmAsync(sandbox, intent, "pm_card_visa");

        (await sandbox.Admin.V1.Invoices.GetAsync(subscription.LatestInvoiceId)).Status.ShouldBe("paid");
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("active");
    }

    [Fact]
    public async Task Attach_AnIntentOfAnotherCurrencyOrTwice_IsRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var invoice = await sandbox.OpenInvoiceAsync(3000);
        var intent = await IntentAsync(sandbox, 1000, confirm: false);
        await AttachAsync(sandbox, invoice.Id, intent);

        foreach (var wrong in new[] { intent, await IntentAsync(sandbox, 1000, confirm: false, "eur") })
        {
            (await Should.ThrowAsync<StripeException>(() => AttachAsync(sandbox, invoice.Id, wrong))).StripeError.Param.ShouldBe("payment_intent");
        }
    }

    private static Task<Invoice> AttachAsync(SandboxFixture sandbox, string invoice, string intent) =>
        sandbox.Admin.V1.Invoices.AttachPaymentAsync(invoice, new InvoiceAttachPaymentOptions { PaymentIntent = intent });

    private static Task<PaymentIntent> ConfirmAsync(SandboxFixture sandbox, string intent, string card) =>
        sandbox.Admin.V1.PaymentIntents.ConfirmAsync(intent, new PaymentIntentConfirmOptions { PaymentMethod = card });

    private static async Task<string> IntentAsync(SandboxFixture sandbox, long amount, bool confirm, string currency = "usd") => (await sandbox.Admin.V1.PaymentIntents.CreateAsync(
        new PaymentIntentCreateOptions { Amount = amount, Currency = currency, PaymentMethod = confirm ? "pm_card_visa" : null, Confirm = confirm })).Id;
}
