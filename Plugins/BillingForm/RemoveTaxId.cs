using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>Arguments of <c>remove_tax_id</c>.</summary>
public sealed record RemoveTaxIdArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Description("Id of the tax id.")] string TaxId);

/// <summary>Takes a tax id off a customer: how <see cref="AddTaxId"/> is undone, and a line of the form.</summary>
public sealed class RemoveTaxId(StripeReaders readers) : IOperation<RemoveTaxIdArguments>
{
    // Stripe keeps idempotency keys for POST alone: a DELETE is never replayed.
    public static OperationDescriptor Descriptor { get; } = new(
        "remove_tax_id",
        "Takes a tax id off a customer, as a person chose it on the form.",
        typeof(RemoveTaxIdArguments),
        Risk.Reversible) { Stamps = "the customer", FilledByPeople = true, Rule = PolicyRules.TaxId, Undo = new UndoneBy("add_tax_id", "customer", OfResult: false) { Restore = TaxIdList.Gone } };

    public async Task<Outcome<Preview<RemoveTaxIdArguments>>> PreviewAsync(RemoveTaxIdArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return !(await TaxIdList.ReadAsync(readers, tenant, arguments.Customer.Id, cancellationToken)).TryGet(out var list, out var refusal) ? refusal
            : list.Present.All(t => t.Id != arguments.TaxId) ? new Refusal("no_such_tax_id", "The customer has no such tax id.", "Open the form again and look at those there are.")
            : list.Preview(
                arguments,
                "Take a tax id off the billing details",
                TaxIdList.Said(list.Present.Where(t => t.Id != arguments.TaxId)),
                "Can be undone for the kinds of tax id that the form knows: the same number is put on again.");
    }

    public async Task<ExecutionResult> ExecuteAsync(RemoveTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        var removed = await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant)
            ?? await Attempt.DeleteAsync(
                async () => Done(arguments, (await writers.Open<StripeWriter>(grant).RemoveTaxIdAsync(arguments.Customer.Id, arguments.TaxId, cancellationToken)).StripeResponse?.RequestId),
                TaxIdList.LookAt(arguments.Customer.Id),
                cancellationToken);
        return await TaxIdList.MarkedAsync(removed, arguments.Customer.Id, grant, writers, cancellationToken);
    }

    /// <summary>It was there when it was approved: where it is gone, what was approved holds.</summary>
    public Task<ExecutionResult> ReconcileAsync(RemoveTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return TaxIdList.TellAsync(
            readers,
            tenant,
            arguments.Customer.Id,
            present => present.Any(t => t.Id == arguments.TaxId) ? new ExecutionResult.NotDone() : null,
            Done(arguments, null),
            cancellationToken);
    }

    public Task FinishAsync(RemoveTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return TaxIdList.MarkAsync(arguments.Customer.Id, grant, writers, cancellationToken);
    }

    private static ExecutionResult.Executed Done(RemoveTaxIdArguments arguments, string? requestId) => new(arguments.TaxId, "The tax id is off the customer.", requestId);
}
