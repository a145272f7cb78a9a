using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Plugins.Customers;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Storage;
using Shouldly;
using Stripe;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.BillingTests.Worlds;

/// <summary>What is under way or still to come in worlds of ten seeds: all of it is seen, and nothing that is over or was given up.</summary>
public sealed class PlantedAheadTests(ITestOutputHelper output)
{
    private static readonly TenantContext Utc = WorldHistory.Tenant;

    [Fact]
    public void PendingPayments_OfTenSeeds_AreThosePlantedWithTheirReason() => Check("pending_payments", "arrived_payments", "invoice", world =>
        from payment in world.All("invoice_payment")
        where payment.Text("status") == "open"
        let intent = WorldHistory.Read<PaymentIntent>(world.World.Account.Find(payment["payment"]!.AsObject().Id("payment_intent"))!)
        let awaited = PendingPayment.Awaited(intent.Status, intent.PaymentMethodTypes is [var only] ? only : null, false)
        where awaited?.Contains("bank debit", StringComparison.Ordinal) == true
        select payment.Id("invoice"));

    [Fact]
    public void Trials_OfTenSeeds_AreThoseThatRun() => Check("trials", "trials_over", "subscription", world =>
        Subscriptions(world).Where(s => View(s).TrialEnds is not null).Select(s => s.Id));

    [Fact]
    public void TrialsJustOver_OfTenSeeds_AreSaidOfTheLastInvoice() => Check("trials_over", "trials_long_over", "invoice", world =>
        from subscription in world.Invoices.Select(i => i.Facts).GroupBy(i => i.SubscriptionId)
        let last = subscription.OrderBy(i => i.Created).TakeLast(2).ToList()
        where last.Count == 2 && InvoiceComparison.Compare(last[0], last[1]).TryGet(out var change, out _) && change.Changes.Any(c => c.Kind == InvoiceChangeKind.TrialEnded)
        select last[1].Id);

    [Fact]
    public void PendingEnds_OfTenSeeds_AreThoseThatStand() => Check("pending_ends", "ends_taken_back", "subscription", world =>
        Subscriptions(world).Where(s => View(s).Ends is not null).Select(s => s.Id));

    [Fact]
    public void ScheduledPlans_OfTenSeeds_AreThoseThatStand() => Check("scheduled_plans", "scheduled_plans_given_up", "subscription", world =>
        Subscriptions(world).Where(s => s.ScheduleId is { } id
            && SubscriptionsPlugin.Ahead(WorldHistory.Read<SubscriptionSchedule>(world.World.Account.Find(id)!), world.World.Now).Count > 0).Select(s => s.Id));

    [Fact]
    public void CurrencyChanges_OfTenSeeds_AreThosePlanted() => Check("currency_changes", "paid_after_end", "invoice", world =>
        from customer in world.Invoices.GroupBy(i => i.Raw.Id("customer"))
        from pair in customer.OrderBy(i => i.Facts.Created).Zip(customer.OrderBy(i => i.Facts.Created).Skip(1))
        where InvoiceComparison.Compare(pair.First.Facts, pair.Second.Facts) is Outcome<InvoiceComparison>.Refused { Refusal.Code: "currency_mismatch" }
        select pair.Second.Facts.Id);

    private void Check(string planted, string alike, string field, Func<WorldHistory, IEnumerable<string>> claimed)
    {
        var (found, all, looks) = (0, 0, 0);
        foreach (var world in WorldHistory.Ten)
        {
            var said = claimed(world).ToHashSet();
            var expected = Entries(world, planted).Select(e => e.Id(field)).ToHashSet();
            said.Except(expected).ShouldBeEmpty($"{planted}, seed {world.World.Seed}: claimed and not planted");
            (found, all, looks) = (found + said.Count, all + expected.Count, looks + Entries(world, alike).Count);
        }

        output.WriteLine($"{planted}: {found} of {all} found, {looks} look-alikes ({alike}), 0 claimed wrongly");
        all.ShouldBeGreaterThanOrEqualTo(20);
        looks.ShouldBeGreaterThanOrEqualTo(all);
        (found / (double)all).ShouldBeGreaterThanOrEqualTo(0.95, planted);
    }

    private static IEnumerable<Subscription> Subscriptions(WorldHistory world) => world.All("subscription").Select(WorldHistory.Read<Subscription>);

    private static SubscriptionView View(Subscription subscription) => SubscriptionProjection.View(subscription, new Dictionary<string, string>(), Utc);

    private static List<JsonObject> Entries(WorldHistory world, string list) => [.. world.World.Truth[list]!.AsArray().Select(e => e!.AsObject())];
}
