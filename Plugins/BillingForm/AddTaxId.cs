using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
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
        Risk.Reversible) { FarSideReplays = true, FilledByPeople = true, Rule = PolicyRules.TaxId, Undo = new UndoneBy("remove_tax_id", "tax_id", OfResult: true) { Target = "customer" } };

    public async Task<Outcome<Preview<AddTaxIdArguments>>> PreviewAsync(AddTaxIdArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!TaxIdKinds.Normalise(arguments.Kind, arguments.Number).TryGet(out var number, out var refusal)
            || !(await reader.CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.TaxIdsAsync(customer.Id, cancellationToken)).TryGet(out var present, out refusal))
        {
            return refusal;
        }

        return !present.Complete ? new Refusal("too_many_tax_ids", "The customer has more tax ids than were read.", "Look at them in Stripe's dashboard.")
            : present.Items.Any(t => Is(t, arguments.Kind, number)) ? new Refusal("nothing_to_change", "That tax id stands there already.")
            : Of(arguments with { Number = number }, customer, present.Items);
    }

    public async Task<ExecutionResult> ExecuteAsync(AddTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return BillingDetailsProjection.WithoutValues(await Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async plan => Done(await writers.Open<StripeWriter>(grant).AddTaxIdAsync(arguments.Customer.Id, plan.Arguments.Kind, plan.Arguments.Number, cancellationToken)),
            $"Look at the tax ids of customer {arguments.Customer.Id}.",
            cancellationToken));
    }

    /// <summary>It was not there when it was approved: where it is there now, what was approved holds.</summary>
    public async Task<ExecutionResult> ReconcileAsync(AddTaxIdArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return !(await readers.For(tenant).TaxIdsAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var present, out var refusal)
            ? new ExecutionResult.Unknown($"The customer's tax ids could not be read. {refusal}")
            : present.Items.FirstOrDefault(t => Is(t, arguments.Kind, arguments.Number)) is { } made ? Done(made)
            : present.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The customer has more tax ids than were read.");
    }

    /// <summary>The tax ids that a preview saw, for the digest: others since then make it stale.</summary>
    internal static string IdsOf(IEnumerable<TaxId> present) => string.Join(",", present.Select(t => t.Id).Order(StringComparer.Ordinal));

    /// <summary>A row's words for these.</summary>
    internal static string All(IReadOnlyCollection<TaxId> taxIds) => taxIds.Count == 0 ? "none" : string.Join(", ", taxIds.Select(t => Says(t.Type, t.Value)));

    /// <summary><c>European VAT number DE123456789</c>.</summary>
    private static string Says(string kind, string number) => $"{TaxIdKinds.All.FirstOrDefault(k => k.Kind == kind)?.Label ?? kind} {number}";

    private static bool Is(TaxId taxId, string kind, string number) => taxId.Type == kind && taxId.Value == number;

    private static ExecutionResult.Executed Done(TaxId made) => new(made.Id, "The tax id is on the customer.", made.StripeResponse?.RequestId);

    private static Preview<AddTaxIdArguments> Of(AddTaxIdArguments arguments, Customer customer, IReadOnlyList<TaxId> present)
    {
        var before = All(present);
        var added = Says(arguments.Kind, arguments.Number);
        return new Preview<AddTaxIdArguments>(
            arguments,
            "Add a tax id to the billing details",
            customer.Ref(),
            customer.NameOf().Value,
            customer.Ref(),
            null,
            [new PreviewChange("Tax ids", before, present.Count > 0 ? $"{before}, {added}" : added)],
            "Can be undone: the tax id is taken off again. Invoices that are finalized stay as they are.",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = customer.Id, ["tax_ids"] = IdsOf(present) });
    }
}
