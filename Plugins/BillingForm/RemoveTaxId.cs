using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
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
        Risk.Reversible) { FilledByPeople = true, Rule = PolicyRules.TaxId };

    public async Task<Outcome<Preview<RemoveTaxIdArguments>>> PreviewAsync(RemoveTaxIdArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.TaxIdsAsync(customer.Id, cancellationToken)).TryGet(out var present, out refusal))
        {
            return refusal;
        }

        return present.Items.FirstOrDefault(t => t.Id == arguments.TaxId) is { } gone
            ? Of(arguments, customer, present.Items, gone)
            : new Refusal("no_such_tax_id", "The customer has no such tax id.", "Open the form again and look at those there are.");
    }

    public async Task<ExecutionResult> ExecuteAsync(RemoveTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return BillingDetailsProjection.WithoutValues(
            await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant)
            ?? await Attempt.DeleteAsync(
                async () => Done(arguments, (await writers.Open<StripeWriter>(grant).RemoveTaxIdAsync(arguments.Customer.Id, arguments.TaxId, cancellationToken)).StripeResponse?.RequestId),
                $"Look at the tax ids of customer {arguments.Customer.Id}.",
                cancellationToken));
    }

    /// <summary>It was there when it was approved: where it is gone, what was approved holds.</summary>
    public async Task<ExecutionResult> ReconcileAsync(RemoveTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return !(await readers.For(tenant).TaxIdsAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var present, out var refusal)
            ? new ExecutionResult.Unknown($"The customer's tax ids could not be read. {refusal}")
            : present.Items.Any(t => t.Id == arguments.TaxId) ? new ExecutionResult.NotDone()
            : present.Complete ? Done(arguments, null)
            : new ExecutionResult.Unknown("The customer has more tax ids than were read.");
    }

    private static ExecutionResult.Executed Done(RemoveTaxIdArguments arguments, string? requestId) => new(arguments.TaxId, "The tax id is off the customer.", requestId);

    private static Preview<RemoveTaxIdArguments> Of(RemoveTaxIdArguments arguments, Customer customer, IReadOnlyList<TaxId> present, TaxId gone)
    {
        return new Preview<RemoveTaxIdArguments>(
            arguments,
            "Take a tax id off the billing details",
            customer.Ref(),
            customer.NameOf().Value,
            customer.Ref(),
            null,
            [new PreviewChange("Tax ids", AddTaxId.All(present), AddTaxId.All([.. present.Where(t => t.Id != gone.Id)]))],
            "The same number can be filled in again. Invoices that are finalized stay as they are.",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = customer.Id, ["tax_ids"] = AddTaxId.IdsOf(present) });
    }
}
