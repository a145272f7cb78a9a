using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Plugins.BillingForm;

namespace BillingCopilot.Bot.Api;

/// <summary><c>/api/customers/{id}/billing-details</c>: the form, for a person to fill in. What they send becomes proposals.</summary>
public static class BillingFormEndpoint
{
    public static void MapBillingForm(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/customers/{id}/billing-details", OpenAsync);
        routes.MapPost("/customers/{id}/billing-details", FillAsync);
    }

    private static async Task<IResult> OpenAsync(HttpContext http, string id, BillingForms forms)
    {
        var caller = ApiGate.Caller(http);
        return ApiError.Of(await forms.OpenAsync(caller.Tenant.Context, caller.Person, id, http.RequestAborted));
    }

    private static Task<IResult> FillAsync(HttpContext http, string id, BillingForms forms, ProposalFeed feed) => ApiBody.WithAsync<BillingFormRequest>(http, async request =>
    {
        if (string.IsNullOrEmpty(request.Form))
        {
            return ApiError.Result(400, "missing_form", "form is missing.", "GET the form first, and send its id: what is sent twice under it is one proposal.");
        }

        var caller = ApiGate.Caller(http);
        var outcome = await forms.FillAsync(caller.Tenant.Context, caller.Person, request.ToFilled(id), null, http.RequestAborted);
        feed.Changed();
        return ApiError.Of(outcome.Map(made => new { data = made }));
    });
}

/// <summary>What changes: an absent field stays as it is, an empty one is taken away.</summary>
/// <param name="Form">Id of the form that was opened.</param>
/// <param name="TaxIdKind">Kind of <paramref name="TaxId"/>: <c>eu_vat</c>.</param>
/// <param name="RemoveTaxId">Id of a tax id to take off: <c>txi_…</c>.</param>
/// <param name="Reason">Why; the approver reads it.</param>
public sealed record BillingFormRequest(
    string? Form, string? Name, string? Email, string? Phone, string? Line1, string? Line2, string? City, string? State, string? PostalCode, string? Country,
    string? TaxIdKind, string? TaxId, string? RemoveTaxId, string? Reason)
{
    internal BillingFormFilled ToFilled(string customer) => new(
        Form!, customer, new BillingDetails(Name, Email, Phone, Line1, Line2, City, State, PostalCode, Country), TaxIdKind, TaxId, RemoveTaxId, Reason);
}
