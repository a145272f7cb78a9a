using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class RenewalTests
{
    [Fact]
    public async Task Renewal_AtPeriodEnd_DraftsAndAnHourLaterCollects()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        var end = subscription.Items.Data[0].CurrentPeriodEnd;

        await sandbox.UntilAsync(end.AddMinutes(1));
        var draft = await LatestAsync(sandbox, subscription.Id);
        draft.Status.ShouldBe("draft");
        draft.BillingReason.ShouldBe("subscription_cycle");
        draft.Created.ShouldBe(end);
        (draft.PeriodStart, draft.PeriodEnd).ShouldBe((subscription.Items.Data[0].CurrentPeriodStart, end));
        draft.Lines.Data.Single().Period.End.ShouldBe(end.AddMonths(1));
        draft.AutomaticallyFinalizesAt.ShouldBe(end.AddHours(1));

        await sandbox.UntilAsync(end.AddHours(2));
        var paid = await LatestAsync(sandbox, subscription.Id);
        (paid.Status, paid.AmountPaid, paid.AttemptCount).ShouldBe(("paid", 3000, 1));
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Items.Data[0].CurrentPeriodEnd.ShouldBe(end.AddMonths(1));
    }

    [Fact]
    public async Task Renewal_Events_ComeInStripesOrderWithWhatChanged()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        var from = subscription.Items.Data[0].CurrentPeriodEnd;

        await sandbox.UntilAsync(from.AddHours(2));

        var events = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Limit = 100, Created = new DateRangeOptions { GreaterThanOrEqual = from } })).Data;
        events.Reverse();
        string[] seen = [.. events.Select(e => e.Type).Where(t => t is not ("invoice.updated" or "customer.updated"))];
        seen.ShouldBe([
            "invoice.created", "customer.subscription.updated", "invoice.finalized", "payment_intent.created",
            "charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded",
        ]);
        var updated = events.Single(e => e.Type == "customer.subscription.updated");
        ((string)updated.Data.PreviousAttributes.latest_invoice).ShouldBe(subscription.LatestInvoiceId);
        events.ShouldAllBe(e => e.Request.Id == null);
    }

    [Fact]
    public async Task Renewal_OnThe31st_ComesBackToThe31st()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var start = new DateTime(2026, 12, 31, 10, 0, 0, DateTimeKind.Utc);
        await sandbox.UntilAsync(start);
        var subscription = await SubscribedAsync(sandbox);

        await sandbox.UntilAsync(start.AddDays(95));

        var invoices = await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id });
        invoices.Data.Select(i => (i.Created.Month, i.Created.Day)).ShouldBe([(3, 31), (2, 28), (1, 31), (12, 31)]);
    }

    [Fact]
    public async Task CancelAtPeriodEnd_Ends_WithoutAnInvoice()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true });

        await sandbox.ControlAsync("clock", new { advance = "40d" });

        var ended = await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id);
        ended.Status.ShouldBe("canceled");
        ended.EndedAt.ShouldBe(subscription.Items.Data[0].CurrentPeriodEnd);
        (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Trial_WarnsThreeDaysBefore_ThenBills()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var price = await sandbox.PriceAsync();
        var trial = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer.Id,
            Items = [new SubscriptionItemOptions { Price = price.Id }],
            TrialPeriodDays = 14,
        });
        (await LatestAsync(sandbox, trial.Id)).Total.ShouldBe(0);

        await sandbox.ControlAsync("clock", new { advance = "15d" });

        (await sandbox.Admin.V1.Subscriptions.GetAsync(trial.Id)).Status.ShouldBe("active");
        (await LatestAsync(sandbox, trial.Id)).Total.ShouldBe(3000);
        var warning = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "customer.subscription.trial_will_end" })).Data.Single();
        warning.Created.ShouldBe(trial.TrialEnd!.Value.AddDays(-3));
    }

    [Fact]
    public async Task Upcoming_SevenDaysBefore_ShowsTheInvoiceWithoutAnId()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);

        await sandbox.UntilAsync(subscription.Items.Data[0].CurrentPeriodEnd.AddDays(-6));

        var upcoming = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "invoice.upcoming" })).Data.Single();
        upcoming.Created.ShouldBe(subscription.Items.Data[0].CurrentPeriodEnd.AddDays(-7));
        var invoice = (Invoice)upcoming.Data.Object;
        (invoice.Id, invoice.AmountDue).ShouldBe((null, 3000));
    }

    [Fact]
    public async Task PauseCollection_Void_VoidsUntilItResumes()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        var end = subscription.Items.Data[0].CurrentPeriodEnd;
        await sandbox.Admin.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions
        {
            PauseCollection = new SubscriptionPauseCollectionOptions { Behavior = "void", ResumesAt = end.AddDays(10) },
        });

        await sandbox.UntilAsync(end.AddMonths(1).AddDays(1));

        var invoices = await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id });
        invoices.Data.Select(i => i.Status).ShouldBe(["paid", "void", "paid"]);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).PauseCollection.ShouldBeNull();
    }

    [Fact]
    public async Task Renewal_PendingItemsAndBalance_AreTakenIn()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var subscription = await SubscribedAsync(sandbox);
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = subscription.CustomerId, Amount = 500, Currency = "usd" });
        await sandbox.Admin.V1.Customers.BalanceTransactions.CreateAsync(
            subscription.CustomerId, new CustomerBalanceTransactionCreateOptions { Amount = -1200, Currency = "usd" });

        await sandbox.ControlAsync("clock", new { advance = "33d" });

        var paid = await LatestAsync(sandbox, subscription.Id);
        (paid.Total, paid.AmountPaid, paid.StartingBalance, paid.EndingBalance).ShouldBe((3500, 2300, -1200, 0));
    }

    private static async Task<Subscription> SubscribedAsync(SandboxFixture sandbox) =>
        await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id);

    private static async Task<Invoice> LatestAsync(SandboxFixture sandbox, string subscription) =>
        await sandbox.Admin.V1.Invoices.GetAsync((await sandbox.Admin.V1.Subscriptions.GetAsync(subscription)).LatestInvoiceId);
}
