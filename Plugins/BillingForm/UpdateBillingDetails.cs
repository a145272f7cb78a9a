using System.ComponentModel;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>Arguments of <c>update_billing_details</c>: what changes. An empty text takes a value away.</summary>
public sealed record UpdateBillingDetailsArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Description("Name on invoices.")] string? Name = null,
    [property: Description("Mail address.")] string? Email = null,
    [property: Description("Phone.")] string? Phone = null,
    [property: Description("First line of the address.")] string? Line1 = null,
    [property: Description("Second line.")] string? Line2 = null,
    [property: Description("City.")] string? City = null,
    [property: Description("State or region.")] string? State = null,
    [property: Description("Postal code.")] string? PostalCode = null,
    [property: Description("Country, two letters.")] string? Country = null)
{
    internal BillingDetails Change() => new(Name, Email, Phone, Line1, Line2, City, State, PostalCode, Country);
}

/// <summary>
/// Changes name, mail address, phone and address of a customer, as a person filled them in on the form. The values stand
/// in the proposal and on its card; what is declared, said of the result and audited holds none of them.
/// </summary>
public sealed class UpdateBillingDetails(StripeReaders readers) : IOperation<UpdateBillingDetailsArguments>
{
    private const string Mark = "mark";

    public static OperationDescriptor Descriptor { get; } = new(
        "update_billing_details",
        "Changes a customer's billing details as a person filled them in.",
        typeof(UpdateBillingDetailsArguments),
        Risk.Reversible) { FarSideReplays = true, Stamps = "the customer", FilledByPeople = true, Rule = PolicyRules.BillingDetails, Undo = new UndoneBy("update_billing_details", "customer", OfResult: false) { Restore = Before } };

    public async Task<Outcome<Preview<UpdateBillingDetailsArguments>>> PreviewAsync(UpdateBillingDetailsArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!(await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        var (present, change) = (BillingDetailsProjection.Of(customer), arguments.Change());
        if (change.Fields.FirstOrDefault(f => f.Value is { } value && value != PlainText.Clean(value, int.MaxValue)) is { Field: { } unclean })
        {
            return new Refusal("invalid_text", $"'{unclean}' has line breaks, invisible characters or blanks around it.", "Type it as one plain line.");
        }

        return BillingDetailsRules.Refuse(present, change) is { } unfit ? unfit
            : Of(arguments, customer, present, change);
    }

    public async Task<ExecutionResult> ExecuteAsync(UpdateBillingDetailsArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        return BillingDetailsProjection.WithoutValues(await Planned.ExecuteAsync(
            () => ReconcileAsync(arguments, tenant, grant, cancellationToken),
            () => PreviewAsync(arguments, tenant, cancellationToken),
            grant,
            async _ =>
            {
                if (!(await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal))
                {
                    return new ExecutionResult.Failed(refusal);
                }

                return Done(await writers.Open<StripeWriter>(grant).UpdateCustomerAsync(arguments.Customer.Id, Options(arguments.Change(), BillingDetailsProjection.Of(customer)), cancellationToken));
            },
            $"Look at the details of customer {arguments.Customer.Id}.",
            cancellationToken));
    }

    /// <summary>The change and its mark come in one call, so the mark says whether it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(UpdateBillingDetailsArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return (await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal)
            ? Stamps.Tell(customer.Metadata, grant, grant.Approved.GetValueOrDefault(Mark), () => Done(customer))
            : new ExecutionResult.Unknown($"The customer could not be read. {refusal}");
    }

    /// <summary>The values that a card says stood there before; what was not there is taken away again.</summary>
    private static JsonObject? Before(IReadOnlyList<PreviewChange> changes)
    {
        var labels = new BillingDetails(null, null, null, null, null, null, null, null, null).Fields.ToDictionary(f => f.Label, f => f.Field, StringComparer.Ordinal);
        var before = changes.Where(c => labels.ContainsKey(c.Field)).Select(c => KeyValuePair.Create(labels[c.Field], (JsonNode?)JsonValue.Create(c.Before))).ToList();
        return before.Count > 0 ? new JsonObject(before) : null;
    }

    private static ExecutionResult.Executed Done(Customer customer) => new(customer.Id, "The billing details are changed.", customer.StripeResponse?.RequestId);

    /// <summary>An address goes whole: what would be left out of it could be kept or dropped.</summary>
    private static CustomerUpdateOptions Options(BillingDetails change, BillingDetails present)
    {
        var options = new CustomerUpdateOptions { Name = change.Name, Email = change.Email, Phone = change.Phone };
        if (change.HasAddress)
        {
            var after = present.With(change);
            options.Address = new AddressOptions
            {
                Line1 = after.Line1 ?? "", Line2 = after.Line2 ?? "", City = after.City ?? "", State = after.State ?? "", PostalCode = after.PostalCode ?? "", Country = after.Country ?? "",
            };
        }

        return options;
    }

    private static Preview<UpdateBillingDetailsArguments> Of(
        UpdateBillingDetailsArguments arguments, Customer customer, BillingDetails present, BillingDetails change)
    {
        var rows = present.Fields.Zip(present.With(change).Fields, (before, after) => (before.Field, before.Label, Before: before.Value ?? "", After: after.Value ?? ""))
            .Where(r => r.Before != r.After).ToList();
        var declared = new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = customer.Id };
        if (Stamps.Of(customer.Metadata) is { } mark)
        {
            declared[Mark] = mark;
        }

        // Of the address each field is sent, so each of them matters.
        string[] single = ["name", "email", "phone"];
        foreach (var (field, _, value) in present.Fields.Where(f => single.Contains(f.Field) ? rows.Exists(r => r.Field == f.Field) : change.HasAddress))
        {
            declared[field] = BillingDetailsProjection.Digest(customer.Id, field, value);
        }

        return new Preview<UpdateBillingDetailsArguments>(
            arguments,
            $"Change the billing details: {string.Join(", ", rows.Select(r => r.Label.ToLowerInvariant()))}",
            customer.Ref(),
            customer.NameOf().Value,
            customer.Ref(),
            null,
            [.. rows.Select(r => new PreviewChange(r.Label, r.Before, r.After.Length > 0 ? r.After : "(taken away)"))],
            "Can be undone where the form takes what stood there before: it is kept in this proposal and proposed anew. Invoices that are finalized stay as they are.",
            declared);
    }
}
