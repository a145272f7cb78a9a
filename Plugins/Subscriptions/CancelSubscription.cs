using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>Arguments of <c>cancel_subscription_at_period_end</c>.</summary>
public sealed record CancelSubscriptionArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription to end.")] ObjectRef Subscription);

/// <summary>Ends a subscription at the end of its period.</summary>
public sealed class CancelSubscription(StripeReaders readers) : IOperation<CancelSubscriptionArguments>
{
    private readonly PeriodEnd _end = new(readers, ends: true);

    public static OperationDescriptor Descriptor { get; } = new(
        "cancel_subscription_at_period_end",
        "Proposes to end a subscription when its period ends; a person decides.",
        typeof(CancelSubscriptionArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the subscription", Undo = new UndoneBy("reactivate_subscription", "subscription", OfResult: false), Rule = PolicyRules.Ending };

    public Task<Outcome<Preview<CancelSubscriptionArguments>>> PreviewAsync(CancelSubscriptionArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.PreviewAsync(arguments, arguments.Subscription.Id, tenant, cancellationToken);
    }

    public Task<ExecutionResult> ExecuteAsync(CancelSubscriptionArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.ExecuteAsync(arguments, arguments.Subscription.Id, grant, writers, cancellationToken);
    }

    public Task<ExecutionResult> ReconcileAsync(CancelSubscriptionArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.ReconcileAsync(arguments.Subscription.Id, tenant, grant, cancellationToken);
    }
}
