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
    [Description("Which charge a line on a card or bank statement is.")]
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

        var filter = new ChargeListOptions { Customer = customer, Created = Range(read, today), Expand = ["data.customer"] };
        if (!(await _reader.ChargesAsync(filter, cancellationToken)).TryGet(out var charges, out var refusal))
        {
            return new ToolFailure(refusal);
        }

        var byId = charges.Items.ToDictionary(c => c.Id, StringComparer.Ordinal);
        var fits = StatementMatch.Find(read, charges.Items.Select(c => new StatementCharge(ChargeFactsMap.Of(c, null), c.CalculatedStatementDescriptor)));
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

        return new StatementResult(fits.Count, fits.Count(f => f.Certain) == 1, charges.Complete, rows, fits.Count > MostRows ? new Partial(MostRows, fits.Count, "Give the customer, or the line with its day and name.") : null, fits.Count > 0 ? null : Note(read, charges.Items.Count, charges.Complete, customer is not null, today));
    }

    /// <summary>What was searched in vain, and the next step.</summary>
    private static string Note(StatementLine line, int looked, bool complete, bool ofOne, DateOnly today)
    {
        var (from, to) = Days(line, today);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"I find no charge of that amount{(line.Days.Count > 0 ? " and day" : "")}: looked at {looked} charges of {(ofOne ? "this customer" : "all customers")} from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}{(complete ? "" : ", the newest of more")}. Ask for the line as the bank prints it, with its day and currency{(ofOne ? "" : ", and for the customer's name")}: a bank books up to {StatementMatch.BookedWithin} days later, and shows another amount where it converts the currency. If the name on it is not ours, it is not our charge.");
    }

    private static (DateOnly From, DateOnly To) Days(StatementLine line, DateOnly today) => line.Days.Count > 0
        ? (line.Days.Min().AddDays(-StatementMatch.BookedWithin), line.Days.Max().AddDays(1))
        : (today.AddDays(-LookBack), today.AddDays(1));

    private DateRangeOptions Range(StatementLine line, DateOnly today) => new()
    {
        GreaterThanOrEqual = context.Tenant.StartOf(Days(line, today).From),
        LessThan = context.Tenant.StartOf(Days(line, today).To.AddDays(1)),
    };
}

/// <summary>Charges that a statement's line may be, best first.</summary>
/// <param name="Certain">Exactly one fits in amount, day and name.</param>
/// <param name="Complete">All charges of those days were looked at.</param>
/// <param name="Note">What was searched in vain and what to ask; left out when something fits.</param>
/// <param name="Partial">How many of those that fit are listed; left out when all are.</param>
public sealed record StatementResult(int Count, bool Certain, bool Complete, IReadOnlyList<StatementRow> Charges, Partial? Partial, string? Note);

/// <summary>One such charge.</summary>
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
    string Fits)
{
    internal static StatementRow Of(StatementFit fit, Charge charge, Invoice? invoice, ToolContext context) => new(
        charge.Ref(),
        charge.CustomerId is { } id ? References.CustomerRef(id) : null,
        charge.Customer?.NameOf(),
        context.Tenant.Day(charge.Created),
        new Money(charge.Amount, charge.Currency),
        CardView.Short(charge.PaymentMethodDetails),
        invoice?.Ref(),
        invoice?.Number,
        charge.CalculatedStatementDescriptor is { } shown ? new UntrustedText(shown) : null,
        string.Join(", ", fit.Fits));
}
