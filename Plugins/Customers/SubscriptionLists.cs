using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;

namespace BillingCopilot.Plugins.Customers;

/// <summary>One subscription with what it brings.</summary>
/// <param name="Mrr">Per month, before tax, discounts and usage; left out when nothing is fixed.</param>
public sealed record SubscriptionDetails(
    ObjectRef Customer,
    UntrustedText CustomerName,
    DateOnly Started,
    Money? Mrr,
    SubscriptionView Details,
    string TimeZone);

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
    string Plan,
    string Status,
    int Count,
    IReadOnlyList<Money> Mrr,
    IReadOnlyList<SubscriptionRow> Shown);

/// <summary>A subscription in a list.</summary>
public sealed record SubscriptionRow(ObjectRef Subscription, UntrustedText Name, Money? Mrr);
