using System.ComponentModel;
using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>What a line on a bank statement is.</summary>
public sealed class StatementPlugin(ToolContext context)
{
    private const int MostRows = 5;

    /// <summary>Days looked back when the line has no date.</summary>
    private const int LookBack = 45;

    private readonly StripeReader _reader = context.Reader;

    [KernelFunction("find_statement_line"), ToolEffect(ToolEffect.Read)]
    [Description("Which charge or refund a line on a card or bank statement is.")]
    public async Task<object> FindStatementLineAsync(
        [Description("As pasted")] string line,
        [Handle(ObjectKind.Customer)] string? customer = null,
        CancellationToken cancellationToken = default)
    {
        var today = context.Tenant.Day(context.Clock.UtcNow);
        var read = StatementLine.Read(line, today);
        if (read.Amount is null)
        {
            return new ToolFailure(new Refusal("no_amount", "The line shows no amount, and without one no charge can be told from another.", "Ask for the amount."));
        }

        var filter = new ChargeListOptions { Customer = customer, Created = Range(read, today, StatementMatch.BookedWithin), Expand = ["data.customer"] };
        if (!(await _reader.ChargesAsync(filter, cancellationToken)).TryGet(out var charges, out var refusal)
            || !(await _reader.RefundsAsync(Range(read, today, StatementMatch.RefundedWithin), cancellationToken)).TryGet(out var refunds, out refusal))
        {
            return new ToolFailure(refusal);
        }

        var given = refunds.Items.Where(r => r.Charge is { } charge && (customer is null || charge.CustomerId == customer) && r.Status is not ("failed" or "canceled")).ToList();
        var byId = charges.Items.Concat(given.Select(r => r.Charge)).DistinctBy(c => c.Id).ToDictionary(c => c.Id, StringComparer.Ordinal);
        var fits = StatementMatch.Find(read, charges.Items.Select(c => Entry(c)).Concat(given.Select(r => Entry(r.Charge, r))));
        var complete = charges.Complete && refunds.Complete;
        List<StatementRow> rows = [];
        foreach (var fit in fits.Take(MostRows))
        {
            var charge = byId[fit.Match.Charge.Id];
            if (!(await new Settlements(_reader).InvoiceOfAsync(charge, cancellationToken)).TryGet(out var invoice, out refusal) && refusal is not null)
            {
                return new ToolFailure(refusal);
            }

            rows.Add(StatementRow.Of(fit, charge, invoice, context));
        }

        return new StatementResult(
            fits.Count,
            fits.Count(f => f.Certain) == 1,
            complete,
            rows,
            fits.Count > MostRows ? new Partial(MostRows, fits.Count, "Give the customer, or the line with its day and name.") : null,
            fits.Count == 0 ? Note(read, charges.Items.Count, given.Count, complete, customer is not null, today) : Remark(read, fits[0].Match));
    }

    private StatementCharge Entry(Charge charge, Refund? refund = null) => new(
        ChargeFactsMap.Of(charge, null),
        charge.CalculatedStatementDescriptor,
        context.Tenant.Day(refund?.Created ?? charge.Created),
        refund is null ? null : new StatementRefund(refund.Id, new Money(refund.Amount, refund.Currency)));

    /// <summary>Where the money of what fits went the other way than the line says.</summary>
    private static string? Remark(StatementLine line, StatementCharge best) =>
        line.MoneyBack && best.Refund is null ? "The line says that money came back, and no refund of ours fits it: these are payments of that amount. Ask for the whole statement around it."
        : !line.MoneyBack && best.Refund is not null ? "No charge of ours fits it, but money that we gave back does: ask whether the line is money that came in."
        : null;

    /// <summary>What was searched in vain, and the next step.</summary>
    private static string Note(StatementLine line, int looked, int refunds, bool complete, bool ofOne, DateOnly today)
    {
        var (from, to) = Days(line, today);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"I find no charge and no refund of that amount{(line.Days.Count > 0 ? " and day" : "")}: looked at {looked} charges and {refunds} refunds of {(ofOne ? "this customer" : "all customers")} from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}{(complete ? "" : ", the newest of more")}. Ask for the line as the bank prints it, with its day and currency{(ofOne ? "" : ", and for the customer's name")}: a bank books up to {StatementMatch.BookedWithin} days later, and shows another amount where it converts the currency. If the name on it is not ours, it is not our charge.");
    }

    private static (DateOnly From, DateOnly To) Days(StatementLine line, DateOnly today, int bookedWithin = StatementMatch.BookedWithin) => line.Days.Count > 0
        ? (line.Days.Min().AddDays(-bookedWithin), line.Days.Max().AddDays(1))
        : (today.AddDays(-LookBack), today.AddDays(1));

    private DateRangeOptions Range(StatementLine line, DateOnly today, int bookedWithin)
    {
        var (from, to) = Days(line, today, bookedWithin);
        return new() { GreaterThanOrEqual = context.Tenant.StartOf(from), LessThan = context.Tenant.StartOf(to.AddDays(1)) };
    }
}

/// <summary>Charges and refunds that a statement's line may be, best first.</summary>
/// <param name="Certain">Exactly one fits in amount, day and name.</param>
/// <param name="Complete">All charges and refunds of those days were looked at.</param>
/// <param name="Note">What was searched in vain and what to ask, or that the money of what fits went the other way.</param>
/// <param name="Partial">How many of those that fit are listed; left out when all are.</param>
public sealed record StatementResult(int Count, bool Certain, bool Complete, IReadOnlyList<StatementRow> Charges, Partial? Partial, string? Note);

/// <summary>One such charge, or the refund of it.</summary>
/// <param name="Date">Of the charge, or of the refund; so is <paramref name="Amount"/>.</param>
/// <param name="RefundOf">What was paid, of a refund; left out for a charge.</param>
/// <param name="Shown">What the bank prints.</param>
/// <param name="Fits">What fits.</param>
public sealed record StatementRow(
    ObjectRef Charge,
    ObjectRef? Customer,
    UntrustedText? CustomerName,
    DateOnly Date,
    Money Amount,
    string? Card,
    ObjectRef? Invoice,
    string? InvoiceNumber,
    UntrustedText? Shown,
    string Fits,
    RefundedPayment? RefundOf)
{
    internal static StatementRow Of(StatementFit fit, Charge charge, Invoice? invoice, ToolContext context) => new(
        charge.Ref(),
        charge.CustomerId is { } id ? References.CustomerRef(id) : null,
        charge.Customer?.NameOf(),
        fit.Match.Day,
        fit.Match.Refund?.Amount ?? new Money(charge.Amount, charge.Currency),
        CardView.Short(charge.PaymentMethodDetails),
        invoice?.Ref(),
        invoice?.Number,
        charge.CalculatedStatementDescriptor is { } shown ? new UntrustedText(shown) : null,
        string.Join(" and ", fit.Fits),
        fit.Match.Refund is null ? null : new RefundedPayment(new Money(charge.Amount, charge.Currency), context.Tenant.Day(charge.Created)));
}

/// <summary>The payment that a refund gives back, or a part of it.</summary>
public sealed record RefundedPayment(Money Amount, DateOnly Date);
