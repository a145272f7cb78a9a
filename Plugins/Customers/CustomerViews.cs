using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Customers that fit what was asked for, best first.</summary>
/// <param name="Note">What to do when none or several fit.</param>
public sealed record CustomerMatches(int Count, IReadOnlyList<CustomerMatch> Matches, string? Note);

/// <summary>A customer with what tells it from others of the like name.</summary>
/// <param name="LastInvoiceHandle">Where only one customer fits; left out where several do.</param>
/// <param name="OpenDisputes">Likewise: those that wait for an answer, of the last 120 days, the most pressing first; left out where none was found.</param>
/// <param name="Plans">Delimited names, each with its subscription's status where that is not active.</param>
public sealed record CustomerMatch(
    ObjectRef Customer,
    UntrustedText CustomerName,
    DateOnly Since,
    IReadOnlyList<string> Plans,
    string? LastInvoice,
    DateOnly? LastInvoiceDate,
    ObjectRef? LastInvoiceHandle = null,
    IReadOnlyList<DisputeRow>? OpenDisputes = null);

/// <summary>Where a customer stands.</summary>
/// <param name="CreditBalance">Stored credit that the next invoice uses; nought is said too.</param>
/// <param name="OwedBalance">Stored debt that the next invoice adds.</param>
/// <param name="CourtesyCredits">Given here and not taken back, while there is stored credit.</param>
/// <param name="Owed">Sum of what open invoices still ask for, one a currency.</param>
public sealed record CustomerOverview(
    ObjectRef Customer,
    UntrustedText CustomerName,
    DateOnly Since,
    bool? Delinquent,
    Money? CreditBalance,
    Money? OwedBalance,
    IReadOnlyList<CourtesyCreditView>? CourtesyCredits,
    IReadOnlyList<SubscriptionView> Subscriptions,
    Partial? SubscriptionsPartial,
    CardView? Card,
    int OpenInvoices,
    IReadOnlyList<Money>? Owed,
    InvoiceRow? LastInvoice,
    string TimeZone);

/// <summary>A courtesy credit on the balance.</summary>
public sealed record CourtesyCreditView(ObjectRef Credit, Money Amount, DateOnly Given);

/// <summary>What a customer has subscribed to.</summary>
public sealed record SubscriptionView(
    ObjectRef Subscription,
    string Status,
    IReadOnlyList<PlanView> Plans,
    DateOnly? Renews,
    DateOnly? Ends,
    DateOnly? TrialEnds,
    DateOnly? Canceled);

/// <summary>One item of a subscription.</summary>
/// <param name="Price">A piece and interval; left out for tiered prices.</param>
/// <param name="Per"><c>month</c>, <c>3 months</c>.</param>
public sealed record PlanView(UntrustedText Plan, long? Quantity, Money? Price, string? Per, bool? Metered);
