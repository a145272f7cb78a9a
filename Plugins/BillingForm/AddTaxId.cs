using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>Arguments of <c>add_tax_id</c>.</summary>
public sealed record AddTaxIdArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Description("Stripe's type, such as eu_vat.")] string Kind,
    [property: Description("Number.")] string Number);

/// <summary>Puts a VAT or business number onto a customer, as a person filled it in. Stripe prints it on invoices from then on.</summary>
public sealed class AddTaxId(StripeReaders readers) : IOperation<AddTaxIdArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "add_tax_id",
        "Puts a tax id onto a customer as a person filled it in.",
        typeof(AddTaxIdArguments),
        Risk.Reversible)
    {
        FarSideReplays = true, Stamps = "the customer", FilledByPeople = true, Rule = PolicyRules.TaxId, Undo = new UndoneBy("remove_tax_id", "tax_id", OfResult: true) { Target = "customer" },
    };

    public async Task<Outcome<Preview<AddTaxIdArguments>>> PreviewAsync(AddTaxIdArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!TaxIdKinds.Normalise(arguments.Kind, arguments.Number).TryGet(out var number, out var refusal)
            || !(await TaxIdList.ReadAsync(readers, tenant, arguments.Customer.Id, cancellationToken)).TryGet(out var list, out refusal))
        {
            return refusal;
        }

        return !list.Complete ? new Refusal("too_many_tax_ids", "The customer has more tax ids than were read.", "Look at them in Stripe's dashboard.")
            : list.Present.Any(t => Is(t, arguments.Kind, number)) ? new Refusal("nothing_to_change", "That tax id stands there already.")
            : list.Preview(
                arguments with { Number = number },
                "Add a tax id to the billing details",
                TaxIdList.Said([.. list.Present.Select(t => (t.Type, t.Value)), (arguments.Kind, number)]),
                "Can be undone: the tax id is taken off again.");
    }

    public async Task<ExecutionResult> ExecuteAsync(AddTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        var added = await Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async plan => Done(await writers.Open<StripeWriter>(grant).AddTaxIdAsync(arguments.Customer.Id, plan.Arguments.Kind, plan.Arguments.Number, cancellationToken)),
            TaxIdList.LookAt(arguments.Customer.Id),
            cancellationToken);
        return await TaxIdList.MarkedAsync(added, arguments.Customer.Id, grant, writers, cancellationToken);
    }

    /// <summary>It was not there when it was approved: where it is there now, what was approved holds.</summary>
    public Task<ExecutionResult> ReconcileAsync(AddTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return TaxIdList.TellAsync(
            readers,
            tenant,
            arguments.Customer.Id,
            present => present.FirstOrDefault(t => Is(t, arguments.Kind, arguments.Number)) is { } made ? Done(made) : null,
            new ExecutionResult.NotDone(),
            cancellationToken);
    }

    public Task FinishAsync(AddTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return TaxIdList.MarkAsync(arguments.Customer.Id, grant, writers, cancellationToken);
    }

    private static bool Is(TaxId taxId, string kind, string number) => taxId.Type == kind && taxId.Value == number;

    private static ExecutionResult.Executed Done(TaxId made) => new(made.Id, "The tax id is on the customer.", made.StripeResponse?.RequestId);
}
