using Shouldly;
using Stripe;
using Stripe.Billing;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Usage reported, summed by window, taken back, watched and billed.</summary>
public sealed class MeterTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task EventSummaries_ByHourAndDay_GroupWhatWasReported()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (meter, customer) = await MeterAsync(sandbox);
        await ReportAsync(sandbox, customer, 5, Start.AddDays(-2));
        await ReportAsync(sandbox, customer, 7, Start.AddDays(-2).AddMinutes(20));
        await ReportAsync(sandbox, customer, 11, Start.AddDays(-1));

        var total = await SummariesAsync(sandbox, meter, customer, null);
        var days = await SummariesAsync(sandbox, meter, customer, "day");
        var hours = await SummariesAsync(sandbox, meter, customer, "hour");

        total.Single().AggregatedValue.ShouldBe(23);
        days.Select(d => d.AggregatedValue).ShouldBe([11, 12]);
        days[1].StartTime.ShouldBe(Start.Date.AddDays(-2));
        hours.Select(h => (h.StartTime, h.AggregatedValue)).ShouldBe([(Start.AddDays(-1), 11m), (Start.AddDays(-2), 12m)]);
    }

    [Fact]
    public async Task EventSummaries_TimesOffTheWindow_AreRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (meter, customer) = await MeterAsync(sandbox);

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Billing.Meters.EventSummaries.ListAsync(meter.Id, new()
        {
            Customer = customer,
            StartTime = Start.AddMinutes(5),
            EndTime = Start.AddDays(1),
            ValueGroupingWindow = "hour",
        }));

        error.StripeError.Param.ShouldBe("start_time");
    }

    [Fact]
    public async Task CancelEvent_WithinADay_NoLongerCounts()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (meter, customer) = await MeterAsync(sandbox);
        var sent = await ReportAsync(sandbox, customer, 40, Start.AddHours(-3));
        var again = await Should.ThrowAsync<StripeException>(() => ReportAsync(sandbox, customer, 40, Start.AddHours(-3), sent.Identifier));

        var adjustment = await sandbox.Admin.V1.Billing.MeterEventAdjustments.CreateAsync(new MeterEventAdjustmentCreateOptions
        {
            EventName = "api_calls",
            Type = "cancel",
            Cancel = new MeterEventAdjustmentCancelOptions { Identifier = sent.Identifier },
        });

        again.StripeError.Code.ShouldBe("resource_already_exists");
        adjustment.Status.ShouldBe("complete");
        (await SummariesAsync(sandbox, meter, customer, null)).Single().AggregatedValue.ShouldBe(0);
    }

    [Theory]
    [InlineData(-36, "timestamp_too_far")]
    [InlineData(1, "timestamp_too_far")]
    public async Task ReportEvent_TooOldOrAhead_IsRefused(int days, string code)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (_, customer) = await MeterAsync(sandbox);

        (await Should.ThrowAsync<StripeException>(() => ReportAsync(sandbox, customer, 1, Start.AddDays(days)))).StripeError.Code.ShouldBe(code);
    }

    [Fact]
    public async Task Alert_UsageCrossesIt_TriggersOnceACustomer()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (meter, customer) = await MeterAsync(sandbox);
        var alert = await sandbox.Admin.V1.Billing.Alerts.CreateAsync(new AlertCreateOptions
        {
            AlertType = "usage_threshold",
            Title = "1,000 calls",
            UsageThreshold = new AlertUsageThresholdOptions { Gte = 1000, Meter = meter.Id, Recurrence = "one_time" },
        });
        foreach (var value in (int[])[600, 500, 700])
        {
            await ReportAsync(sandbox, customer, value, Start.AddMinutes(1));
        }

        var triggered = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "billing.alert.triggered" })).Data.Single();

        var told = triggered.Data.Object.ShouldBeOfType<AlertTriggered>();
        (told.Alert.Id, told.Customer, (long)told.Value).ShouldBe((alert.Id, customer, 1100L));
        (await sandbox.Admin.V1.Billing.Alerts.ArchiveAsync(alert.Id)).Status.ShouldBe("archived");
    }

    [Fact]
    public async Task MeteredSubscription_Renewal_BillsWhatWasUsed()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (meter, customer) = await MeterAsync(sandbox);
        var price = await sandbox.Admin.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd",
            BillingScheme = "tiered",
            TiersMode = "graduated",
            Tiers =
            [
                new PriceTierOptions { UpTo = 100, UnitAmount = 0 },
                new PriceTierOptions { UpTo = PriceTierUpTo.Inf, UnitAmountDecimal = 2.5m },
            ],
            Recurring = new PriceRecurringOptions { Interval = "month", UsageType = "metered", Meter = meter.Id },
            ProductData = new PriceProductDataOptions { Name = "Calls" },
        });
        var subscription = await sandbox.Admin.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = customer,
            Items = [new SubscriptionItemOptions { Price = price.Id }],
        });
        await ReportAsync(sandbox, customer, 1100, Start.AddMinutes(2));

        await sandbox.ControlAsync("clock", new { advance = "32d" });

        var invoice = (await sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = subscription.Id })).Data[0];
        (invoice.BillingReason, invoice.Total, invoice.Status).ShouldBe(("subscription_cycle", 2500L, "paid"));
    }

    private static async Task<(Meter Meter, string Customer)> MeterAsync(SandboxFixture sandbox)
    {
        var meter = await sandbox.Admin.V1.Billing.Meters.CreateAsync(new MeterCreateOptions
        {
            DisplayName = "API calls",
            EventName = "api_calls",
            DefaultAggregation = new MeterDefaultAggregationOptions { Formula = "sum" },
        });
        return (meter, (await sandbox.CustomerAsync()).Id);
    }

    private static Task<MeterEvent> ReportAsync(SandboxFixture sandbox, string customer, int value, DateTime at, string? identifier = null) =>
        sandbox.Admin.V1.Billing.MeterEvents.CreateAsync(new MeterEventCreateOptions
        {
            EventName = "api_calls",
            Identifier = identifier,
            Timestamp = at,
            Payload = new() { ["stripe_customer_id"] = customer, ["value"] = value.ToString() },
        });

    private static async Task<List<MeterEventSummary>> SummariesAsync(SandboxFixture sandbox, Meter meter, string customer, string? window) =>
        (await sandbox.Admin.V1.Billing.Meters.EventSummaries.ListAsync(meter.Id, new()
        {
            Customer = customer,
            StartTime = Start.Date.AddDays(-3),
            EndTime = Start.Date.AddDays(1),
            ValueGroupingWindow = window,
        })).Data;
}
