using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Proposals;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>What an operation refuses because it would give back twice, take another's, or change more than its card says.</summary>
public sealed class OperationRefusalTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private readonly RealBench _bench = shared.Bench;

    private StripeClient Stripe => _bench.Sandbox.Admin;

    private Objects Make => new(Stripe);

    [Theory]
    [InlineData("ends the subscription")]
    [InlineData("two changes ahead")]
    [InlineData("planned by somebody else")]
    public async Task KeepPlan_AChangeThatNoDowngradePlanned_IsRefused(string what)
    {
        var subscription = await Make.SubscriptionAsync(3000, 4);
        var schedule = await Stripe.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription.Id });
        var price = subscription.Items.Data[0].Price.Id;
        SubscriptionSchedulePhaseOptions Next(long quantity) => new() { Items = [new() { Price = price, Quantity = quantity }], Duration = new() { Interval = "month", IntervalCount = 1 } };
        await Stripe.V1.SubscriptionSchedules.UpdateAsync(schedule.Id, new SubscriptionScheduleUpdateOptions
        {
            EndBehavior = what == "ends the subscription" ? "cancel" : "release",
            Metadata = what == "planned by somebody else" ? null : new() { ["copilot_proposal"] = "prop_earlier" },
            Phases =
            [
                new() { StartDate = schedule.CurrentPhase.StartDate, EndDate = schedule.CurrentPhase.EndDate, Items = [new() { Price = price, Quantity = 4 }] },
                Next(3),
                .. what == "two changes ahead" ? [Next(2)] : Array.Empty<SubscriptionSchedulePhaseOptions>(),
            ],
        });

        (await RefusedAsync("keep_plan", new() { ["subscription"] = subscription.Id })).ShouldBe("change_not_planned_here");
    }

    /// <summary>An older second would give back more, and an undoing's target is not for an agent to name.</summary>
    [Theory]
    [InlineData("cancel_subscription_prorated", "at")]
    [InlineData("downgrade_now", "at")]
    [InlineData("keep_plan", "schedule")]
    public async Task Propose_WithWhatCodeSets_IsRefused_AndAFreshOneTakesNow(string operation, string argument)
    {
        var of = RealOperation.All[operation];
        var arguments = await of.MakeAsync(Make);
        var own = arguments.DeepClone().AsObject();
        own[argument] = argument == "at" ? ArgumentCodec.Text(_bench.Time.GetUtcNow().AddHours(-40)) : "sub_sched_1";

        (await RefusedAsync(operation, own, of.Proposer)).ShouldBe("set_by_code");
        var fresh = await _bench.ProposeAsync(operation, arguments, of.Proposer);
        if (argument == "at")
        {
            ((string?)fresh.Arguments["at"]).ShouldBe(ArgumentCodec.Text(_bench.Time.GetUtcNow()));
        }

        // An edit keeps the second, and may have it taken anew, but not name one.
        Task<Outcome<ProposalView>> EditAsync(JsonObject changes) =>
            _bench.Node.GetRequiredService<ProposalEditor>().EditAsync(RealBench.Tenant, fresh.Id, _bench.Person("ada"), fresh.Hash, changes, null, "Another reason.", default);
        (await EditAsync(new JsonObject { [argument] = own[argument]!.DeepClone() })).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("set_by_code");
        ((string?)RealBench.Ok(await EditAsync([])).Arguments[argument]).ShouldBe((string?)fresh.Arguments[argument]);
    }

    /// <summary>The second that code pins is another in each turn, and what is asked for is the same.</summary>
    [Theory]
    [InlineData("cancel_subscription_prorated")]
    [InlineData("downgrade_now")]
    public async Task Propose_TheSameASecondLater_NamesTheEarlier(string operation)
    {
        var of = RealOperation.All[operation];
        var arguments = await of.MakeAsync(Make);
        var first = await _bench.ProposeAsync(operation, arguments, of.Proposer);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));

        var again = await _bench.ProposeAsync(operation, arguments, of.Proposer);

        again.Id.ShouldNotBe(first.Id);
        ((string?)again.Arguments["at"]).ShouldNotBe((string?)first.Arguments["at"]);
        again.Earlier.ShouldNotBeNull().Id.ShouldBe(first.Id);
    }

    /// <summary>Who may approve and not propose may change what waits, and somebody else then approves that.</summary>
    [Theory]
    [InlineData("cancel_subscription_prorated")]
    [InlineData("downgrade_now")]
    public async Task Edit_ByWhoMayOnlyApprove_IsForAnotherApprover(string operation)
    {
        var of = RealOperation.All[operation];
        var arguments = await of.MakeAsync(Make);
        (await _bench.TryProposeAsync(operation, arguments, "frank")).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("not_allowed");
        var proposal = await _bench.ProposeAsync(operation, arguments, of.Proposer);

        var edited = RealBench.Ok(await _bench.Node.GetRequiredService<ProposalEditor>().EditAsync(
            RealBench.Tenant, proposal.Id, _bench.Person("frank"), proposal.Hash, new JsonObject { ["at"] = null }, null, null, default));

        (edited.Replaces, edited.RequestedBy).ShouldBe((proposal.Id, "frank"));
        (await _bench.TryApproveAsync(edited, "frank")).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("self_approval");
        RealBench.Ok(await _bench.TryApproveAsync(edited, "fiona")).Status.ShouldBe(ProposalStatus.Approved);
    }

    /// <summary>What is sent is what was read for the comparison with the approved card, not what is there a moment later.</summary>
    [Fact]
    public async Task DowngradeAtPeriodEnd_ChangedAfterTheLastLook_SendsWhatWasApproved()
    {
        var subscription = await Make.SubscriptionAsync(3000, 4);
        var proposal = await ApprovedAsync("downgrade_at_period_end", Fewer(subscription));
        _bench.Crash.AtOpening = () => Stripe.V1.Subscriptions.UpdateAsync(
            subscription.Id, new SubscriptionUpdateOptions { Items = [new() { Id = subscription.Items.Data[0].Id, Quantity = 6 }], ProrationBehavior = "none" });

        var done = await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);

        _bench.Crash.AtOpening = null;
        done.Status.ShouldBe(ProposalStatus.Executed, done.ResultText);
        (await Stripe.V1.SubscriptionSchedules.GetAsync(done.ResultObjectId)).Phases.Select(p => p.Items.Single().Quantity).ShouldBe([4, 2]);
    }

    /// <summary>A discount of one item may not go over to another plan; of fewer pieces of the same it does.</summary>
    [Fact]
    public async Task DowngradeAtPeriodEnd_OfAnItemWithADiscountOfItsOwn_IsRefusedForAnotherPlan()
    {
        var subscription = await Make.SubscriptionAsync(3000, 4);
        var coupon = await Stripe.V1.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "forever" });
        await Stripe.V1.Subscriptions.UpdateAsync(subscription.Id, new SubscriptionUpdateOptions { Items = [new() { Id = subscription.Items.Data[0].Id, Discounts = [new() { Coupon = coupon.Id }] }] });
        await Stripe.V1.Prices.CreateAsync(new PriceCreateOptions { Currency = "usd", UnitAmount = 500, Recurring = new() { Interval = "month" }, ProductData = new() { Name = "Nano" } });

        (await RefusedAsync("downgrade_at_period_end", new() { ["subscription"] = subscription.Id, ["plan"] = "Nano" })).ShouldBe("settings_lost");
        (await _bench.ProposeAsync("downgrade_at_period_end", Fewer(subscription))).Changes.Single(c => c.Field == "Goes on as it is now").After.ShouldBe("discounts");
    }

    [Fact]
    public async Task DowngradeNow_OverAScheduleThatChangesNothing_IsProposed()
    {
        var subscription = await Make.SubscriptionAsync(3000, 4, interval: "year");
        await Stripe.V1.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = subscription.Id });

        (await _bench.ProposeAsync("downgrade_now", Fewer(subscription), "olivia")).Status.ShouldBe(ProposalStatus.Pending);
    }

    [Theory]
    [InlineData("refund")]
    [InlineData("credit note")]
    public async Task DowngradeNow_MoneyOfThePeriodIsBackAlready_IsRefused(string how)
    {
        var subscription = await Make.SubscriptionAsync(3000, 4, interval: "year");
        await (how == "refund"
            ? (Task)Stripe.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = (await Stripe.V1.Charges.ListAsync(new ChargeListOptions { Customer = subscription.CustomerId })).Data.Single().Id, Amount = 500 })
            : Stripe.V1.CreditNotes.CreateAsync(new CreditNoteCreateOptions { Invoice = subscription.LatestInvoiceId, Amount = 500, CreditAmount = 500, Reason = "order_change" }));

        (await RefusedAsync("downgrade_now", Fewer(subscription), "olivia")).ShouldBe("period_given_back");
    }

    [Fact]
    public async Task DowngradeNow_Taxed_CountsTheTaxThatComesBackToo()
    {
        var proposal = await _bench.ProposeAsync("downgrade_now", Fewer(await TaxedAsync()), "olivia");

        var proration = proposal.Changes.Single(c => c.Field == "Proration");
        var net = proration.BeforeMinor!.Value - proration.AfterMinor!.Value;
        net.ShouldBeGreaterThan(0);
        Math.Abs(proposal.Amount!.Value.AmountMinor - (net * 1.2m)).ShouldBeLessThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("used, and as much put there since")]
    [InlineData("an invoice took of more than it")]
    public async Task TakeBack_UsedSince_IsRefused(string how)
    {
        var customer = await Make.CustomerAsync();
        if (how == "an invoice took of more than it")
        {
            await Make.StoreCreditAsync(customer.Id, 9000, "usd");
        }

        var arguments = await Make.GivenAsync(customer, 1000);
        if (how == "an invoice took of more than it")
        {
            await Stripe.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = 3000, Currency = "usd", Description = "Setup" });
            var draft = await Stripe.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, Currency = "usd", PendingInvoiceItemsBehavior = "include" });
            await Stripe.V1.Invoices.FinalizeInvoiceAsync(draft.Id);
        }
        else
        {
            await Make.StoreCreditAsync(customer.Id, -1000, "usd");
            await Make.StoreCreditAsync(customer.Id, 2500, "usd");
        }

        (await RefusedAsync("take_back_courtesy_credit", arguments)).ShouldBe("credit_used");
    }

    [Fact]
    public async Task ApplyCoupon_PercentOfTiers_IsRefused()
    {
        var price = await Stripe.V1.Prices.CreateAsync(new PriceCreateOptions
        {
            Currency = "usd", BillingScheme = "tiered", TiersMode = "graduated", Recurring = new() { Interval = "month" }, ProductData = new() { Name = "Steps" },
            Tiers = [new() { UpTo = 5, UnitAmount = 1000 }, new() { UpTo = PriceTierUpTo.Inf, UnitAmount = 800 }],
        });
        var subscription = await Stripe.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions { Customer = (await Make.CustomerAsync()).Id, Items = [new() { Price = price.Id, Quantity = 7 }] });

        (await RefusedAsync("apply_coupon_once", new() { ["subscription"] = subscription.Id, ["coupon"] = await Make.CouponAsync(20) })).ShouldBe("effect_unknown");
    }

    [Fact]
    public async Task ResendInvoice_FinalizedToAnotherAddress_IsRefused()
    {
        var invoice = await Make.OpenInvoiceAsync(3000);
        await Stripe.V1.Customers.UpdateAsync(invoice.CustomerId, new CustomerUpdateOptions { Email = "other@moved.example" });

        (await RefusedAsync("resend_invoice", new() { ["invoice"] = invoice.Id })).ShouldBe("mail_address_moved");
    }

    private static JsonObject Fewer(Subscription subscription) => new() { ["subscription"] = subscription.Id, ["plan"] = "Team", ["quantity"] = 2 };

    private async Task<Subscription> TaxedAsync()
    {
        var plain = await Make.SubscriptionAsync(3000, 4, interval: "year");
        var rate = await Stripe.V1.TaxRates.CreateAsync(new TaxRateCreateOptions { DisplayName = "VAT", Percentage = 20, Inclusive = false });
        return await Stripe.V1.Subscriptions.CreateAsync(new SubscriptionCreateOptions
        {
            Customer = plain.CustomerId, DefaultTaxRates = [rate.Id], Items = [new() { Price = plain.Items.Data[0].Price.Id, Quantity = 4 }],
        });
    }

    private async Task<string?> RefusedAsync(string operation, JsonObject arguments, string proposer = "sam") =>
        (await _bench.TryProposeAsync(operation, arguments, proposer)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code;

    private async Task<ProposalView> ApprovedAsync(string operation, JsonObject arguments) =>
        RealBench.Ok(await _bench.TryApproveAsync(await _bench.ProposeAsync(operation, arguments)));
}
