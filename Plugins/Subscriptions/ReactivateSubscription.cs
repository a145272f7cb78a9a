using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Subscriptions;

/// <summary>Arguments of <c>reactivate_subscription</c>.</summary>
public sealed record ReactivateSubscriptionArguments(
    [property: Handle(ObjectKind.Subscription), Description("Subscription that is set to end.")] ObjectRef Subscription);

/// <summary>Takes back that a subscription ends at the end of its period, before it does.</summary>
public sealed class ReactivateSubscription(StripeReaders readers) : IOperation<ReactivateSubscriptionArguments>
{
    private readonly PeriodEnd _end = new(readers, ends: false);

    public static OperationDescriptor Descriptor { get; } = new(
        "reactivate_subscription",
        "Proposes that a subscription set to end goes on; a person decides.",
        typeof(ReactivateSubscriptionArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the subscription", Undo = new UndoneBy("cancel_subscription_at_period_end", "subscription", OfResult: false), Rule = PolicyRules.Ending };

    public Task<Outcome<Preview<ReactivateSubscriptionArguments>>> PreviewAsync(ReactivateSubscriptionArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.PreviewAsync(arguments, arguments.Subscription.Id, tenant, cancellationToken);
    }

    public Task<ExecutionResult> ExecuteAsync(ReactivateSubscriptionArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.ExecuteAsync(arguments, arguments.Subscription.Id, grant, writers, cancellationToken);
    }

    public Task<ExecutionResult> ReconcileAsync(ReactivateSubscriptionArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return _end.ReconcileAsync(arguments.Subscription.Id, tenant, grant, cancellationToken);
    }
}
