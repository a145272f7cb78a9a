using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>Invoices: listed, shown, and one explained against the one before.</summary>
public sealed class InvoicesPlugin(ToolContext context)
{
    private const int MostRows = 50;
    private readonly StripeReader _reader = context.Reader;
    private readonly InvoiceChangeExplainer _explainer = new(context);
    private readonly InvoiceExplainer _lines = new(context);

    [KernelFunction("list_invoices"), ToolEffect(ToolEffect.Read)]
    [Description("A customer's invoices, newest first.")]
    public async Task<object> ListInvoicesAsync(
        [Handle(ObjectKind.Customer), Description("Handle such as cus1")] string customer,
        InvoiceStatus? status = null,
        [Description("Rows, at most 50")] int limit = 15,
        CancellationToken cancellationToken = default)
    {
        if (!(await _reader.CustomerAsync(customer, cancellationToken)).TryGet(out var owner, out var refusal)
            || !(await _reader.InvoicesAsync(new InvoiceListOptions { Customer = customer, Status = status?.ToString().ToLowerInvariant() }, cancellationToken)).TryGet(out var found, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var shown = found.Items.Take(Math.Clamp(limit, 1, MostRows)).Select(i => InvoiceRow.Of(i, context.Tenant)).ToList();
        var complete = found.Complete && shown.Count == found.Items.Count;
        return new InvoiceList(
            owner.Ref(),
            owner.NameOf(),
            found.Items.Count,
            complete,
            complete ? null : new Partial(shown.Count, found.Complete ? found.Items.Count : null, "Filter by status, or raise limit (at most 50)."),
            [.. found.Items.Where(i => i.IsFinal()).GroupBy(i => i.Currency, StringComparer.Ordinal).Select(g => new Money(g.Sum(i => i.Total), g.Key))],
            shown);
    }

    [KernelFunction("get_invoice"), ToolEffect(ToolEffect.Read)]
    [Description("One invoice with its lines. Give invoice or number.")]
    public async Task<object> GetInvoiceAsync(
        [Handle(ObjectKind.Invoice), Description("Handle such as inv1")] string? invoice = null,
        [Description("As printed on it")] string? number = null,
        int skip = 0,
        CancellationToken cancellationToken = default)
    {
        var read = invoice is not null ? await _reader.InvoiceAsync(invoice, cancellationToken)
            : number is not null ? await _reader.InvoiceByNumberAsync(number, cancellationToken)
            : ToolResult.Missing("Neither an invoice nor a number was given.");
        if (!read.TryGet(out var found, out var refusal)
            || !(await InvoicePast.ReadAsync(found, context, cancellationToken)).TryGet(out var past, out refusal))
        {
            return new ToolFailure(refusal);
        }

        return InvoiceView.Of(found, context.Tenant, skip) with { CreditNotes = past.CreditNotes, Proposals = past.Proposals };
    }

    [KernelFunction("explain_invoice_change"), ToolEffect(ToolEffect.Read)]
    [Description("Why an invoice differs from the one before, line by line; the changes add up. Give invoice or number, or customer for their last one.")]
    public async Task<object> ExplainInvoiceChangeAsync(
        [Handle(ObjectKind.Customer)] string? customer = null,
        [Handle(ObjectKind.Invoice)] string? invoice = null,
        string? number = null,
        CancellationToken cancellationToken = default)
    {
        if (invoice is null && number is not null)
        {
            if (!(await _reader.InvoiceByNumberAsync(number, cancellationToken)).TryGet(out var found, out var refusal))
            {
                return new ToolFailure(refusal);
            }

            invoice = found.Id;
        }

        return ToolResult.Of(await _explainer.ExplainAsync(customer, invoice, cancellationToken));
    }

    [KernelFunction("explain_invoice"), ToolEffect(ToolEffect.Read)]
    [Description("Every line of an invoice in plain words. Give invoice or number.")]
    public async Task<object> ExplainInvoiceAsync(
        [Handle(ObjectKind.Invoice)] string? invoice = null,
        string? number = null,
        [Description("Adds a text for the customer")] bool letter = false,
        [Description("en, de, fr, es or ja")] string? language = null,
        int skip = 0,
        CancellationToken cancellationToken = default)
    {
        if (language is not null && !Locale.All.ContainsKey(language))
        {
            return new ToolFailure(new Refusal("unknown_language", "There are no words in that language.", $"Use one of: {string.Join(", ", Locale.All.Keys)}."));
        }

        var read = invoice is not null ? await _reader.InvoiceAsync(invoice, cancellationToken)
            : number is not null ? await _reader.InvoiceByNumberAsync(number, cancellationToken)
            : ToolResult.Missing("Neither an invoice nor a number was given.");
        return read.TryGet(out var found, out var refusal)
            ? ToolResult.Of(await _lines.ExplainAsync(found, letter, language, skip, cancellationToken))
            : new ToolFailure(refusal);
    }

    [KernelFunction("get_upcoming_invoice"), ToolEffect(ToolEffect.Read)]
    [Description("What the next invoice would be, line by line. Give customer or subscription.")]
    public async Task<object> GetUpcomingInvoiceAsync(
        [Handle(ObjectKind.Customer)] string? customer = null,
        [Handle(ObjectKind.Subscription)] string? subscription = null,
        int skip = 0,
        CancellationToken cancellationToken = default) =>
        ToolResult.Of(await _lines.UpcomingAsync(customer, subscription, skip, cancellationToken));
}
