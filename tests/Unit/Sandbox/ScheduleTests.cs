using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Subscriptions that change by a plan laid down before.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task Schedule_TwoPhases_ChangesPriceThenReleases()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var (cheap, dear) = (await sandbox.PriceAsync(1000), await sandbox.PriceAsync(5000));

        var schedule = await sandbox.Admin.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions
        {
            Customer = customer.Id,
            StartDate = SubscriptionScheduleStartDate.Now,
            EndBehavior = "release",
            Phases = [Phase(cheap.Id, 1), Phase(dear.Id, 2)],
        });
        await sandbox.ControlAsync("clock", new { advance = "33d" });
        var second = await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = schedule.SubscriptionId });
        await sandbox.ControlAsync("clock", new { advance = "31d" });

        (schedule.Status, schedule.Phases.Count).ShouldBe(("active", 2));
        second.Data.Select(i => i.Total).ShouldBe([10_000L, 1000L]);
        var after = await sandbox.Admin.V1.SubscriptionSchedules.GetAsync(schedule.Id);
        (after.Status, after.ReleasedSubscription).ShouldBe(("released", schedule.SubscriptionId));
        (await sandbox.Admin.V1.Subscriptions.GetAsync(schedule.SubscriptionId)).ScheduleId.ShouldBeNull();
    }

    [Fact]
    public async Task FromSubscription_NewPhases_TakeOverAtThePeriodEnd()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var (now, later) = (await sandbox.PriceAsync(3000), await sandbox.PriceAsync(4000));
        var subscription = await sandbox.SubscriptionAsync(customer.Id, now.Id);
        var schedule = await sandbox.Admin.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription.Id });
        var running = schedule.Phases.Single();

        await sandbox.Admin.V1.SubscriptionSchedules.UpdateAsync(schedule.Id, new SubscriptionScheduleUpdateOptions
        {
            EndBehavior = "cancel",
            Phases =
            [
                new SubscriptionSchedulePhaseOptions
                {
                    StartDate = running.StartDate,
                    EndDate = running.EndDate,
                    Items = [new SubscriptionSchedulePhaseItemOptions { Price = now.Id, Quantity = 1 }],
                },
                Phase(later.Id, 1),
            ],
        });
        await sandbox.ControlAsync("clock", new { advance = "33d" });
        var changed = await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id);
        await sandbox.ControlAsync("clock", new { advance = "31d" });

        changed.Items.Data.Single().Price.Id.ShouldBe(later.Id);
        (await sandbox.Admin.V1.Subscriptions.GetAsync(subscription.Id)).Status.ShouldBe("canceled");
        (await sandbox.Admin.V1.SubscriptionSchedules.GetAsync(schedule.Id)).Status.ShouldBe("completed");
    }

    [Fact]
    public async Task CancelSchedule_Running_CancelsItsSubscription()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var customer = await sandbox.CustomerAsync();
        var schedule = await sandbox.Admin.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions
        {
            Customer = customer.Id,
            StartDate = SubscriptionScheduleStartDate.Now,
            Phases = [Phase((await sandbox.PriceAsync()).Id, 1)],
        });

        var canceled = await sandbox.Admin.V1.SubscriptionSchedules.CancelAsync(schedule.Id);

        canceled.Status.ShouldBe("canceled");
        (await sandbox.Admin.V1.Subscriptions.GetAsync(schedule.SubscriptionId)).Status.ShouldBe("canceled");
        (await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.SubscriptionSchedules.ReleaseAsync(schedule.Id)))
            .HttpStatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    private static SubscriptionSchedulePhaseOptions Phase(string price, long quantity) => new()
    {
        Items = [new SubscriptionSchedulePhaseItemOptions { Price = price, Quantity = quantity }],
        Duration = new SubscriptionSchedulePhaseDurationOptions { Interval = "month", IntervalCount = 1 },
    };
}
