using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Collections;

/// <summary>What was charged, and whether anything was charged twice.</summary>
public sealed class ChargesPlugin(ToolContext context)
{
    private const int MostRows = 50;
    private const int MostDuplicates = 10;
    private const int MostLookAlikes = 3;
    private const int MostRefunded = 5;
    private readonly StripeReader _reader = context.Reader;
    private readonly Settlements _settlements = new(context.Reader);

    [KernelFunction("list_charges"), ToolEffect(ToolEffect.Read)]
    [Description("A customer's charges, newest first, with possible duplicates and the evidence.")]
    public async Task<object> ListChargesAsync(
        [Handle(ObjectKind.Customer), Description("Handle such as cus1, from find_customer")] string customer,
        [Description("First day, yyyy-mm-dd")] string? from = null,
        [Description("Last day, yyyy-mm-dd")] string? to = null,
        [Description("Rows, at most 50")] int limit = 12,
        CancellationToken cancellationToken = default)
    {
        if (!Day(from).TryGet(out var first, out var refusal)
            || !Day(to).TryGet(out var last, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var filter = new ChargeListOptions { Customer = customer };
        if (Range(first.Value, last.Value) is { } range)
        {
            filter.Created = range;
        }

        if (!(await _reader.CustomerAsync(customer, cancellationToken)).TryGet(out var owner, out refusal)
            || !(await _reader.ChargesAsync(filter, cancellationToken)).TryGet(out var charges, out refusal)
            || !(await InvoicesOfAsync(customer, charges.Items, cancellationToken)).TryGet(out var invoices, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var shown = charges.Items.Take(Math.Clamp(limit, 1, MostRows)).ToList();
        if (!(await RefundsOfAsync(shown, cancellationToken)).TryGet(out var refunds, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var complete = charges.Complete && shown.Count == charges.Items.Count;
        var facts = charges.Items.Select(c => ChargeFactsMap.Of(c, invoices.GetValueOrDefault(c.Id))).ToList();
        var findings = DuplicateCharges.Find(facts);
        var likely = findings.Where(f => f.Verdict == DuplicateVerdict.Likely).ToList();
        var alike = findings.Where(f => f.Verdict != DuplicateVerdict.Likely).Concat(DuplicateCharges.FindRetried(facts)).OrderByDescending(f => f.Suspect.Created).ToList();
        return new ChargeList(
            owner.Ref(),
            owner.NameOf(),
            first.Value,
            last.Value,
            context.Tenant.TimeZone,
            charges.Items.Count,
            complete,
            complete ? null : new Partial(shown.Count, charges.Complete ? charges.Items.Count : null, "Give from and to, or raise limit (at most 50)."),
            [.. shown.Select(c => ChargeRow.Of(c, invoices.GetValueOrDefault(c.Id), refunds.GetValueOrDefault(c.Id), context.Tenant))],
            [.. likely.Take(MostDuplicates).Select(f => DuplicateView.Of(f, context.Tenant))],
            likely.Count > MostDuplicates ? new Partial(MostDuplicates, likely.Count, "Give from and to.") : null,
            [.. alike.Take(MostLookAlikes).Select(f => DuplicateView.Of(f, context.Tenant))],
            alike.Count > MostLookAlikes ? new Partial(MostLookAlikes, alike.Count, "Give from and to.") : null);
    }

    /// <summary>The refunds of those that have any, by charge id.</summary>
    private async Task<Outcome<IReadOnlyDictionary<string, IReadOnlyList<Refund>>>> RefundsOfAsync(IEnumerable<Charge> charges, CancellationToken cancellationToken)
    {
        Dictionary<string, IReadOnlyList<Refund>> found = new(StringComparer.Ordinal);
        foreach (var charge in charges.Where(c => c.AmountRefunded > 0).Take(MostRefunded))
        {
            if (!(await _reader.RefundsAsync(charge.Id, cancellationToken)).TryGet(out var refunds, out var refusal))
            {
                return refusal;
            }

            found[charge.Id] = refunds.Items;
        }

        return new Outcome<IReadOnlyDictionary<string, IReadOnlyList<Refund>>>.Ok(found);
    }

    /// <summary>The invoice of each charge, by charge id. A successful charge that the listing leaves open is asked for singly.</summary>
    private async Task<Outcome<IReadOnlyDictionary<string, Invoice>>> InvoicesOfAsync(string customer, IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        if (!(await _settlements.ByPaymentIntentAsync(customer, cancellationToken)).TryGet(out var byIntent, out var refusal))
        {
            return refusal;
        }

        Dictionary<string, Invoice> found = new(StringComparer.Ordinal);
        foreach (var charge in charges)
        {
            var invoice = charge.PaymentIntentId is { } intent ? byIntent.GetValueOrDefault(intent) : null;
            if (invoice is null && charge.Status == "succeeded"
                && !(await _settlements.InvoiceOfAsync(charge, cancellationToken)).TryGet(out invoice, out refusal)
                && refusal is not null)
            {
                return refusal;
            }

            if (invoice is not null)
            {
                found[charge.Id] = invoice;
            }
        }

        return new Outcome<IReadOnlyDictionary<string, Invoice>>.Ok(found);
    }

    private static Outcome<OptionalDay> Day(string? text) =>
        string.IsNullOrWhiteSpace(text) ? new OptionalDay(null)
        : DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", out var day) ? new OptionalDay(day)
        : new Refusal("invalid_date", "A date is not written as yyyy-mm-dd.", "Write it like 2026-09-30.");

    private DateRangeOptions? Range(DateOnly? from, DateOnly? to) => from is null && to is null
        ? null
        : new DateRangeOptions
        {
            GreaterThanOrEqual = from is { } first ? context.Tenant.StartOf(first) : null,
            LessThan = to is { } last ? context.Tenant.StartOf(last.AddDays(1)) : null,
        };

    private sealed record OptionalDay(DateOnly? Value);
}
