using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Subscriptions;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A downgrade at the period's end leaves everything as it was but the plan, also where there is tax; half done, it leaves nothing.</summary>
public sealed class ScheduledDowngradeTests : IAsyncLifetime
{
    private readonly Refuses _refuses = new();
    private Lumen _lumen = null!;

    private StripeClient Stripe => _lumen.Stripe;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync(_refuses);

    public Task DisposeAsync() => _lumen.DisposeAsync().AsTask();

    [Fact]
    public async Task Execute_OfATaxedSubscription_BillsTheSmallerPlanWithTheSameTax()
    {
        var before = await TaxedAsync();
        var rates = before.DefaultTaxRates.Select(r => r.Id).ToList();
        var preview = await PreviewAsync(before);
        preview.Changes.Single(c => c.Field == "Goes on as it is now").After.ShouldContain("tax rates");

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();
        await _lumen.AdvanceAsync("32d");

        var after = await Stripe.V1.Subscriptions.GetAsync(before.Id, new SubscriptionGetOptions { Expand = ["latest_invoice"] });
        after.Items.Data.Single().Price.ProductId.ShouldNotBe(before.Items.Data.Single().Price.ProductId);
        after.DefaultTaxRates.Select(r => r.Id).ShouldBe(rates);
        after.CollectionMethod.ShouldBe(before.CollectionMethod);
        after.LatestInvoice.TotalTaxes.Sum(t => t.Amount).ShouldBeGreaterThan(0);
        after.LatestInvoice.TotalTaxes.ShouldAllBe(t => rates.Contains(t.TaxRateDetails.TaxRateId));
    }

    [Fact]
    public async Task Execute_ChangeRefused_TakesTheScheduleOffAgain()
    {
        var subscription = await TaxedAsync();
        var preview = await PreviewAsync(subscription);
        _refuses.Next(1);

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Failed>();

        (await Stripe.V1.Subscriptions.GetAsync(subscription.Id)).ScheduleId.ShouldBeNull();
        (await _lumen.EffectsAsync()).Select(e => (string)e!["effect"]!).ShouldBe(["subscription_schedule.created", "subscription_schedule.released"]);
    }

    [Fact]
    public async Task Execute_ChangeRefusedAndScheduleKept_AsksAPerson()
    {
        var subscription = await TaxedAsync();
        var preview = await PreviewAsync(subscription);
        _refuses.Next(2);

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Unknown>().LookAt.ShouldContain("release it in Stripe's dashboard");

        (await Stripe.V1.Subscriptions.GetAsync(subscription.Id)).ScheduleId.ShouldNotBeNull();
    }

    [Fact]
    public async Task Execute_RefusedOnceMoreAfterAHalfDoneAttempt_TakesItsScheduleOff()
    {
        var subscription = await TaxedAsync();
        var preview = await PreviewAsync(subscription);
        _refuses.Next(2);
        await ExecuteAsync(preview);
        _refuses.Next(1);

        (await ExecuteAsync(preview, attempt: 2)).ShouldBeOfType<ExecutionResult.Failed>();

        (await Stripe.V1.Subscriptions.GetAsync(subscription.Id)).ScheduleId.ShouldBeNull();
    }

    [Fact]
    public async Task Execute_RefusedOnceMoreOverAnothersSchedule_LeavesThatAlone()
    {
        var subscription = await TaxedAsync();
        var preview = await PreviewAsync(subscription);
        var others = await Stripe.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription.Id });
        _refuses.Next(1);

        (await ExecuteAsync(preview, attempt: 2)).ShouldBeOfType<ExecutionResult.Failed>();

        (await Stripe.V1.Subscriptions.GetAsync(subscription.Id)).ScheduleId.ShouldBe(others.Id);
    }

    [Fact]
    public void RunningPhase_NamesEverythingThatAPhaseWouldDrop()
    {
        var subscription = new Subscription
        {
            ApplicationFeePercent = 2.5m,
            AutomaticTax = new() { Enabled = true, Liability = new() { Type = "account", AccountId = "acct_9" } },
            BillingThresholds = new() { AmountGte = 50_000, ResetBillingCycleAnchor = true },
            CollectionMethod = "send_invoice",
            DaysUntilDue = 14,
            DefaultPaymentMethodId = "pm_1",
            DefaultTaxRates = [new TaxRate { Id = "txr_1" }],
            Description = "Framework agreement 12",
            DiscountIds = ["di_1"],
            InvoiceSettings = new() { AccountTaxIdIds = ["txi_1"], Footer = "Thank you", Issuer = new() { Type = "account", AccountId = "acct_8" }, CustomFields = [new() { Name = "PO", Value = "77" }] },
            Metadata = new() { ["tier"] = "gold" },
            OnBehalfOfId = "acct_7",
            TransferData = new() { DestinationId = "acct_6", AmountPercent = 10m },
            Items = new StripeList<SubscriptionItem>
            {
                Data =
                [
                    new SubscriptionItem
                    {
                        Quantity = 3, Price = new Price { Id = "price_1", Recurring = new() { UsageType = "licensed" } }, TaxRates = [new TaxRate { Id = "txr_2" }], DiscountIds = ["di_2"],
                        BillingThresholds = new() { UsageGte = 900 },
                    },
                ],
            },
        };

        var phase = RunningPhase.Of(subscription);
        var item = RunningPhase.Item(subscription.Items.Data[0], null);

        (phase.ApplicationFeePercent, phase.CollectionMethod, phase.Description, phase.OnBehalfOf).ShouldBe((2.5m, "send_invoice", "Framework agreement 12", "acct_7"));
        (phase.AutomaticTax.Enabled, phase.AutomaticTax.Liability.Type, phase.AutomaticTax.Liability.Account).ShouldBe((true, "account", "acct_9"));
        (phase.BillingThresholds.AmountGte, phase.BillingThresholds.ResetBillingCycleAnchor).ShouldBe((50_000, true));
        (phase.DefaultTaxRates.Single(), phase.Discounts.Single().Discount).ShouldBe(("txr_1", "di_1"));
        (phase.InvoiceSettings.DaysUntilDue, phase.InvoiceSettings.AccountTaxIds.Single(), phase.InvoiceSettings.Footer).ShouldBe((14, "txi_1", "Thank you"));
        (phase.InvoiceSettings.Issuer.Type, phase.InvoiceSettings.Issuer.Account, phase.InvoiceSettings.CustomFields.Single().Value).ShouldBe(("account", "acct_8", "77"));
        (phase.TransferData.Destination, phase.TransferData.AmountPercent).ShouldBe(("acct_6", 10m));
        (item.Price, item.Quantity, item.TaxRates.Single(), item.Discounts.Single().Discount, item.BillingThresholds.UsageGte).ShouldBe(("price_1", 3L, "txr_2", "di_2", 900L));
        (phase.Metadata, phase.DefaultPaymentMethod).ShouldBe((null, null), "what changes until then stays changed");
        RunningPhase.Kept(subscription).ShouldBe(["tax rates", "automatic tax", "discounts", "billing thresholds", "payment by invoice", "shares of other accounts"]);
    }

    private DowngradeAtPeriodEnd Operation => _lumen.Get<DowngradeAtPeriodEnd>();

    /// <summary>One of the world's customers on a monthly plan above Starter, with a tax rate of the subscription's own.</summary>
    private async Task<Subscription> TaxedAsync()
    {
        var bigger = (await Stripe.V1.Products.ListAsync(new ProductListOptions { Limit = 100 })).Data.Where(p => p.Name is "Lumen Team" or "Lumen Business").Select(p => p.Id).ToList();
        return (await Stripe.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Status = "active", Limit = 100 })).Data.First(s =>
            s is { DefaultTaxRates.Count: > 0, Items.Data.Count: 1, CancelAtPeriodEnd: false, CancelAt: null, ScheduleId: null, DiscountIds: not { Count: > 0 } }
            && s.Items.Data[0] is { Quantity: 1, Price.Recurring.Interval: "month" } only && bigger.Contains(only.Price.ProductId));
    }

    private async Task<Preview<DowngradeArguments>> PreviewAsync(Subscription subscription) =>
        (await Operation.PreviewAsync(new DowngradeArguments(new ObjectRef(ObjectKind.Subscription, subscription.Id), "Lumen Starter"), Lumen.Tenant, default))
            .ShouldBeOfType<Outcome<Preview<DowngradeArguments>>.Ok>().Value;

    private Task<ExecutionResult> ExecuteAsync(Preview<DowngradeArguments> preview, int attempt = 1) =>
        Operation.ExecuteAsync(preview.Arguments, Lumen.Tenant, Lumen.Grant("prop_downgrade", preview.Declared).For(_ => Task.FromResult<Refusal?>(null), attempt), _lumen.Writers, default);

    /// <summary>Stripe refuses the next changes of a schedule.</summary>
    private sealed class Refuses : DelegatingHandler
    {
        private int _left;

        public void Next(int count) => _left = count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.StartsWith("/v1/subscription_schedules/", StringComparison.Ordinal) && _left-- > 0
                ? new HttpResponseMessage(System.Net.HttpStatusCode.BadRequest)
                {
                    RequestMessage = request, Content = new StringContent("""{"error":{"type":"invalid_request_error","message":"Not so.","param":"phases"}}""", null, "application/json"),
                }
                : await base.SendAsync(request, cancellationToken);
    }
}
