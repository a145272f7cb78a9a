using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

public sealed class UndoTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private static IReadOnlyDictionary<string, RealOperation> Operations => RealOperation.All;

    private readonly RealBench _bench = shared.Bench;

    [Theory]
    [InlineData("issue_credit_note", "void_credit_note")]
    [InlineData("cancel_subscription_at_period_end", "reactivate_subscription")]
    [InlineData("give_courtesy_credit", "take_back_courtesy_credit")]
    [InlineData("downgrade_at_period_end", "keep_plan")]
    [InlineData("apply_coupon_once", "take_back_coupon")]
    [InlineData("add_tax_id", "remove_tax_id")]
    [InlineData("remove_tax_id", "add_tax_id")]
    [InlineData("update_billing_details", "update_billing_details")]
    public async Task Undo_Executed_PutsThingsBack(string name, string undoing)
    {
        var arguments = await Operations[name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(name, arguments);

        var undo = RealBench.Ok(await _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("sam"), null, default));

        (undo.Operation, undo.Undoes, undo.Status).ShouldBe((undoing, done.Id, ProposalStatus.Pending));

        // Whoever may not ask for it is not shown the one that waits: its card may hold personal data.
        (await _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("vera"), null, default))
            .ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("not_allowed");
        RealBench.Ok(await _bench.TryApproveAsync(undo));
        (await _bench.Executor.ExecuteAsync(RealBench.Tenant, undo.Id, default)).Status.ShouldBe(ProposalStatus.Executed);
        if (name == "downgrade_at_period_end")
        {
            undo.Changes[1].After.ShouldBe(done.Changes[1].Before);
            (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!)).ScheduleId.ShouldBeNull();
            return;
        }

        undo.Changes[0].After.ShouldBe(done.Changes[0].Before);
        if (name == "give_courtesy_credit")
        {
            (await _bench.Sandbox.Admin.V1.Customers.GetAsync((string)arguments["customer"]!)).Balance.ShouldBe(0);
        }
        else if (name == "apply_coupon_once")
        {
            (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!)).DiscountIds.ShouldBeEmpty();
        }
        else if (name == "remove_tax_id")
        {
            (await _bench.Sandbox.Admin.V1.Customers.TaxIds.ListAsync((string)arguments["customer"]!)).Data.Select(t => (t.Type, t.Value)).ShouldBe([("eu_vat", "DE123456789")]);
        }
        else if (name == "update_billing_details")
        {
            var customer = await _bench.Sandbox.Admin.V1.Customers.GetAsync((string)arguments["customer"]!);
            (customer.Name, customer.Address?.Line1 ?? "", customer.Address?.City ?? "", customer.Address?.Country ?? "").ShouldBe(("Acme", "", "", ""));
        }
        else if (name == "add_tax_id")
        {
            (await _bench.Sandbox.Admin.V1.Customers.TaxIds.ListAsync((string)arguments["customer"]!)).Data.ShouldBeEmpty();
        }
        else if (name == "issue_credit_note")
        {
            (await _bench.Sandbox.Admin.V1.Invoices.GetAsync((string)arguments["invoice"]!)).AmountRemaining.ShouldBe(3000);
            var note = await _bench.Sandbox.Admin.V1.CreditNotes.GetAsync(done.ResultObjectId);
            (note.Metadata["copilot_proposal"], note.Metadata["copilot_undo_proposal"]).ShouldBe((done.Id, undo.Id));
        }
        else
        {
            (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!)).CancelAtPeriodEnd.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("expired")]
    [InlineData("stale")]
    public async Task Undo_AfterOneThatEnded_IsAnother(string end)
    {
        const string Name = "cancel_subscription_at_period_end";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(Name, arguments);
        var first = RealBench.Ok(await UndoAsync(done));
        RealBench.Ok(await UndoAsync(done)).Id.ShouldBe(first.Id, "asked for twice, it is one");
        switch (end)
        {
            case "rejected":
                RealBench.Ok(await _bench.Node.GetRequiredService<DecisionDesk>().RejectAsync(RealBench.Tenant, first.Id, _bench.Person("ada"), first.Hash, "api", "No.", default));
                break;
            case "expired":
                _bench.Time.Advance(TimeSpan.FromHours(25));
                break;
            default:
                RealBench.Ok(await _bench.TryApproveAsync(first));
                _bench.Time.Advance(TimeSpan.FromHours(25));
                (await ExecuteAsync(first)).Status.ShouldBe(ProposalStatus.Stale);
                break;
        }

        var again = RealBench.Ok(await UndoAsync(done));

        again.Id.ShouldNotBe(first.Id);
        (again.Status, again.Undoes, again.ReasonIsAPersons).ShouldBe((ProposalStatus.Pending, done.Id, true));
    }

    [Fact]
    public async Task Undo_OfAnUndoing_IsItsOwnProposal()
    {
        const string Name = "cancel_subscription_at_period_end";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(Name, arguments);
        var undo = await CarriedOutAsync(RealBench.Ok(await UndoAsync(done)));

        (await UndoAsync(done)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("undone_already");
        var back = await CarriedOutAsync(RealBench.Ok(await UndoAsync(undo)));

        (back.Operation, back.Undoes, back.Id == done.Id).ShouldBe((Name, undo.Id, false));
        (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!)).CancelAtPeriodEnd.ShouldBeTrue();
    }

    /// <summary>Taken back and planned anew by somebody else: the new change is not what is to be undone.</summary>
    [Fact]
    public async Task Undo_OfAChangeOfPlan_LeavesALaterOneAlone()
    {
        const string Name = "downgrade_at_period_end";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(Name, arguments);
        await _bench.Sandbox.Admin.V1.SubscriptionSchedules.ReleaseAsync(done.ResultObjectId);
        arguments["quantity"] = 3;
        (await _bench.DoneAsync(Name, arguments)).Status.ShouldBe(ProposalStatus.Executed);

        (await UndoAsync(done)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("another_change");
    }

    [Theory]
    [InlineData("an invoice used it", "coupon_used")]
    [InlineData("somebody took it off", "discount_gone")]
    [InlineData("the subscription is over", "subscription_not_running")]
    [InlineData("the subscription is set to end", "subscription_ends")]
    [InlineData("a change is scheduled", "change_scheduled")]
    public async Task Undo_OfACoupon_TooLate_IsRefused(string what, string code)
    {
        const string Name = "apply_coupon_once";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(Name, arguments);
        var stripe = _bench.Sandbox.Admin.V1;
        var id = (string)arguments["subscription"]!;
        await (what switch
        {
            "an invoice used it" => BillAYearAsync(id),
            "somebody took it off" => stripe.Subscriptions.DeleteDiscountAsync(id),
            "the subscription is over" => stripe.Subscriptions.CancelAsync(id),
            "the subscription is set to end" => stripe.Subscriptions.UpdateAsync(id, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            _ => (Task)stripe.SubscriptionSchedules.CreateAsync(new SubscriptionScheduleCreateOptions { FromSubscription = id }),
        });

        (await UndoAsync(done)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe(code);
    }

    /// <summary>Which discount was put on here is known by the executed proposal alone.</summary>
    [Theory]
    [InlineData(null, "discount_unknown")]
    [InlineData("di_1", "set_by_code")]
    public async Task TakeBackCoupon_ByItself_IsRefused(string? discount, string code)
    {
        var arguments = await Operations["apply_coupon_once"].MakeAsync(new Objects(_bench.Sandbox.Admin));
        await _bench.DoneAsync("apply_coupon_once", arguments);
        var wanted = new JsonObject { ["subscription"] = (string)arguments["subscription"]!, ["discount"] = discount };

        var outcome = await _bench.Book.ProposeAsync(new ProposeRequest(RealBench.Tenant, "take_back_coupon", wanted, _bench.Person("sam"), "support.v1", "task_alone", 0, "conv_1", "Because."), default);

        outcome.ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe(code);
    }

    /// <summary>Another interval is billed at once.</summary>
    private async Task BillAYearAsync(string subscription)
    {
        var stripe = _bench.Sandbox.Admin.V1;
        var price = await stripe.Prices.CreateAsync(new PriceCreateOptions { Currency = "usd", UnitAmount = 30_000, Recurring = new() { Interval = "year" }, ProductData = new() { Name = "Team" } });
        var item = (await stripe.Subscriptions.GetAsync(subscription)).Items.Data.Single().Id;
        await stripe.Subscriptions.UpdateAsync(subscription, new SubscriptionUpdateOptions { Items = [new() { Id = item, Price = price.Id }] });
    }

    /// <summary>Other discounts stay, and the customer's own is in force again where none is left: the card counts it.</summary>
    [Theory]
    [InlineData("of the subscription")]
    [InlineData("of the customer")]
    public async Task Undo_OfACoupon_LeavesOtherDiscounts(string whose)
    {
        const string Name = "apply_coupon_once";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var stripe = _bench.Sandbox.Admin.V1;
        var id = (string)arguments["subscription"]!;
        var lasting = (await stripe.Coupons.CreateAsync(new CouponCreateOptions { PercentOff = 10, Duration = "forever" })).Id;
        var given = await stripe.Subscriptions.UpdateAsync(id, new SubscriptionUpdateOptions { Discounts = [new() { Coupon = lasting }] });
        if (whose == "of the customer")
        {
            // Stripe's API gives customers none any more; those of old are still in force.
            var account = _bench.Sandbox.Server.World.Account;
            var own = account.All("discount").Single(d => (string?)d["id"] == given.DiscountIds.Single()).DeepClone();
            account.All("customer").Single(c => (string?)c["id"] == given.CustomerId)["discount"] = own;
            await stripe.Subscriptions.UpdateAsync(id, new SubscriptionUpdateOptions { Discounts = [] });
        }

        var before = (await stripe.Subscriptions.GetAsync(id)).DiscountIds;

        var undo = await CarriedOutAsync(RealBench.Ok(await UndoAsync(await _bench.DoneAsync(Name, arguments))));

        (await stripe.Subscriptions.GetAsync(id)).DiscountIds.ShouldBe(before);
        undo.Changes[0].AfterMinor.ShouldBe(5400);
        (await stripe.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = id })).Total.ShouldBe(5400);
    }

    private Task<Outcome<ProposalView>> UndoAsync(ProposalView done) =>
        _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("sam"), null, default);

    private async Task<ProposalView> CarriedOutAsync(ProposalView proposal)
    {
        RealBench.Ok(await _bench.TryApproveAsync(proposal));
        var view = await ExecuteAsync(proposal);
        view.Status.ShouldBe(ProposalStatus.Executed, view.ResultText);
        return view;
    }

    [Fact]
    public async Task Undo_TooLate_IsRefused()
    {
        var invoice = await new Objects(_bench.Sandbox.Admin).OpenInvoiceAsync(3000);
        var done = await _bench.DoneAsync("issue_credit_note", Objects.Credit(invoice, 1000));
        await _bench.Sandbox.Admin.V1.Invoices.PayAsync(invoice.Id);

        var undo = await _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("sam"), null, default);

        undo.ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("invoice_not_open");
    }

    private Task<ProposalView> ExecuteAsync(ProposalView proposal) => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);
}
