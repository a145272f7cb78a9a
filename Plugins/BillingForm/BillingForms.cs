using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>A form as it is opened: what stands there now, and what can be filled in.</summary>
/// <param name="Form">Its id: what is sent twice under it is one proposal.</param>
/// <param name="CustomerName">As stored (untrusted).</param>
/// <param name="Kinds">Kinds of tax id to choose from.</param>
public sealed record BillingFormView(
    string Form, string Customer, string CustomerName, BillingDetails Details, IReadOnlyList<TaxIdView> TaxIds, IReadOnlyList<TaxIdKind> Kinds);

/// <summary>A tax id that the customer has.</summary>
public sealed record TaxIdView(string Id, string Kind, string Number);

/// <summary>What a person filled in. Of the details only what they changed; an empty text takes a value away.</summary>
/// <param name="TaxIdKind">Kind and number of a tax id to add; both or neither.</param>
/// <param name="RemoveTaxId">Id of one to take off.</param>
/// <param name="Reason">Why, in their own words.</param>
public sealed record BillingFormFilled(string Form, string Customer, BillingDetails Details, string? TaxIdKind = null, string? TaxId = null, string? RemoveTaxId = null, string? Reason = null);

/// <summary>
/// The form on which a person fills in a customer's billing details. What they fill in goes from them into proposals, and
/// past every model; somebody else approves, as the policy says. Nothing is written here.
/// </summary>
public sealed class BillingForms(StripeReaders readers, ProposalBook book, PolicyBook policies, IdSource ids)
{
    private const string Prefix = "form";

    /// <summary>Opens it for who may propose what is filled in; nobody else sees what stands there.</summary>
    public async Task<Outcome<BillingFormView>> OpenAsync(TenantContext tenant, Person person, string customerId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var policy = policies.For(UpdateBillingDetails.Descriptor.Name);
        if (policy.ProposerRole(person) is null)
        {
            return new Refusal("not_allowed", $"{person.Name} ({string.Join(", ", person.Roles)}) may not change billing details.", $"These roles may: {string.Join(", ", policy.Propose)}.");
        }

        var reader = readers.For(tenant);
        return !(await reader.CustomerAsync(customerId, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.TaxIdsAsync(customerId, cancellationToken)).TryGet(out var taxIds, out refusal)
            ? refusal
            : new BillingFormView(
                ids.Next(Prefix), customer.Id, customer.Name ?? "", BillingDetailsProjection.Of(customer), [.. taxIds.Items.Select(t => new TaxIdView(t.Id, t.Type, t.Value))], TaxIdKinds.All);
    }

    /// <summary>
    /// Makes proposals of what was filled in: one for the details, one for each tax id. Everything is looked at before the
    /// first is made.
    /// </summary>
    /// <param name="conversationId">Where the person hears how it ended; null where there is none.</param>
    public async Task<Outcome<IReadOnlyList<ProposalView>>> FillAsync(TenantContext tenant, Person person, BillingFormFilled filled, string? conversationId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filled);
        if (!(await OpenAsync(tenant, person, filled.Customer, cancellationToken)).TryGet(out var now, out var refusal))
        {
            return refusal;
        }

        var details = filled.Details.Fields.Where(f => f.Value is not null).ToList();
        if (Unfit(filled, now, details.Count > 0) is { } unfit)
        {
            return unfit;
        }

        List<(string Operation, JsonObject Arguments)> wanted = [];
        if (details.Count > 0)
        {
            wanted.Add((UpdateBillingDetails.Descriptor.Name, new JsonObject(details.Select(f => KeyValuePair.Create(f.Field, (JsonNode?)JsonValue.Create(f.Value))))));
        }

        if (filled.TaxId is { Length: > 0 })
        {
            wanted.Add((AddTaxId.Descriptor.Name, new JsonObject { ["kind"] = filled.TaxIdKind, ["number"] = filled.TaxId }));
        }

        if (filled.RemoveTaxId is { Length: > 0 })
        {
            wanted.Add((RemoveTaxId.Descriptor.Name, new JsonObject { ["tax_id"] = filled.RemoveTaxId }));
        }

        List<ProposalView> made = [];
        foreach (var (operation, arguments) in wanted)
        {
            arguments["customer"] = filled.Customer;
            var request = new ProposeRequest(tenant, operation, arguments, person, ProposeRequest.ByHand, filled.Form, 0, conversationId ?? filled.Form, filled.Reason ?? "");
            if (!(await book.ProposeAsync(request, cancellationToken)).TryGet(out var view, out refusal))
            {
                return made.Count == 0 ? refusal : refusal with { Message = $"{refusal.Message} {made.Count} of {wanted.Count} changes wait for approval already." };
            }

            made.Add(view);
        }

        return made;
    }

    private static Refusal? Unfit(BillingFormFilled filled, BillingFormView now, bool hasDetails) =>
        filled.Form.Length is 0 or > 64 || !filled.Form.StartsWith(Prefix + "_", StringComparison.Ordinal) || filled.Form != PlainText.Clean(filled.Form, 64)
            ? new Refusal("unknown_form", "The form is not one that was opened here.", "Open the form again.")
        : hasDetails && BillingDetailsRules.Refuse(now.Details, filled.Details) is { } wrong ? wrong
        : filled.TaxId is { Length: > 0 } number && TaxIdKinds.Normalise(filled.TaxIdKind ?? "", number) is Outcome<string>.Refused { Refusal: var unknown } ? unknown
        : filled.RemoveTaxId is { Length: > 0 } gone && now.TaxIds.All(t => t.Id != gone) ? new Refusal("no_such_tax_id", "The customer has no such tax id.", "Open the form again.")
        : !hasDetails && string.IsNullOrEmpty(filled.TaxId) && string.IsNullOrEmpty(filled.RemoveTaxId) ? new Refusal("nothing_to_change", "Nothing was filled in.", "Change a field first.")
        : null;
}
