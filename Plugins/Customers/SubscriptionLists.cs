using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;

namespace BillingCopilot.Plugins.Customers;

/// <summary>One subscription with what it brings.</summary>
/// <param name="Mrr">Per month, before tax, discounts and usage; left out when nothing is fixed.</param>
/// <param name="Scheduled">Changes that are planned; left out when none.</param>
/// <param name="AfterSchedule"><c>release</c>: it goes on as in the last phase; <c>cancel</c>: it ends.</param>
public sealed record SubscriptionDetails(
    ObjectRef Customer,
    UntrustedText CustomerName,
    DateOnly Started,
    Money? Mrr,
    SubscriptionView Details,
    IReadOnlyList<DiscountView>? Discounts,
    IReadOnlyList<PhaseView>? Scheduled,
    string? AfterSchedule,
    string TimeZone);

/// <summary>A discount in force.</summary>
/// <param name="Off"><c>25 %</c>, or an amount.</param>
/// <param name="Lasts">Stripe's: once, repeating, forever.</param>
/// <param name="Ends">First day without it; left out when it has no set end.</param>
public sealed record DiscountView(UntrustedText Name, string? Off, string? Lasts, DateOnly? Ends);

/// <summary>A change that is planned ahead.</summary>
/// <param name="From">First day.</param>
/// <param name="To">Day after the last; left out when it is open.</param>
public sealed record PhaseView(DateOnly From, DateOnly? To, IReadOnlyList<PlanView> Plans);

/// <summary>Subscriptions, gathered by plan and status so that a hundred stay readable.</summary>
/// <param name="Count">How many fit.</param>
/// <param name="PayingMrr">Recurring revenue a month of the active and past-due ones that fit, one a currency; before tax, discounts and usage.</param>
public sealed record SubscriptionList(
    int Count,
    bool Complete,
    Partial? Partial,
    IReadOnlyList<Money> PayingMrr,
    IReadOnlyList<SubscriptionGroup> Groups);

/// <summary>All that fit of one plan and status, also those that are not shown.</summary>
/// <param name="Mrr">Of the whole group, one a currency.</param>
public sealed record SubscriptionGroup(
    UntrustedText Plan,
    string Status,
    int Count,
    IReadOnlyList<Money> Mrr,
    IReadOnlyList<SubscriptionRow> Shown);

/// <summary>A subscription in a list.</summary>
public sealed record SubscriptionRow(ObjectRef Subscription, UntrustedText Name, Money? Mrr);
