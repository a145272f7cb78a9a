using System.ComponentModel;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>Arguments of <c>downgrade_at_period_end</c>.</summary>
public sealed record DowngradeArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription.")] ObjectRef Subscription,
    [property: Description("Plan to come; the present one for fewer seats.")] string Plan,
    [property: Description("Seats from then on.")] long? Quantity = null,
    [property: Description("Plan that goes, if it has several.")] string? Replaces = null);

/// <summary>Arguments of <c>downgrade_now</c>.</summary>
public sealed record DowngradeNowArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription.")] ObjectRef Subscription,
    [property: Description("Plan to come; the present one for fewer seats.")] string Plan,
    [property: Description("Seats from then on.")] long? Quantity = null,
    [property: Description("Plan that goes, if it has several.")] string? Replaces = null,
    [property: SetByCode(IsMoment = true)] DateTimeOffset? At = null);
