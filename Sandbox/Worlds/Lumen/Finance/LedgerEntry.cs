using System.Globalization;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>One line of Lumen's own books about money that moved at Stripe.</summary>
/// <param name="At">Unix seconds of the day it was booked for.</param>
/// <param name="Kind"><c>charge</c>, <c>refund</c>, <c>dispute</c>, <c>transfer</c>, <c>marketplace_fee</c>, <c>payout</c> or <c>adjustment</c>.</param>
/// <param name="Reference">Id of the charge, refund, fee … as Stripe names it.</param>
/// <param name="Counterparty">Customer or seller.</param>
/// <param name="Gross">Minor units.</param>
/// <param name="Fee">Minor units.</param>
/// <param name="Payout"><c>po_…</c> that the books expect the money with; null while it waits.</param>
/// <param name="Account">Connected account that a marketplace line is booked under; null for Lumen's own sales.</param>
internal sealed record LedgerEntry(
    long At, string Kind, string Reference, string Counterparty, string Currency, long Gross, long Fee, string? Payout, string? Account = null)
{
    public long Net => Gross - Fee;

    /// <summary>The number of the line, given when the books are closed.</summary>
    public string Number { get; init; } = "";

    /// <summary>Column names of the export.</summary>
    public const string Columns = "entry,booked_on,kind,reference,counterparty,connected_account,currency,gross,fee,net,payout";

    /// <summary>The line as the export has it; amounts in major units.</summary>
    public string Text() => string.Join(',', Number, Calendar.Date(At), Kind, Reference, Quoted(Counterparty), Account, Currency.ToUpperInvariant(),
        Plain(Gross, Currency), Plain(Fee, Currency), Plain(Net, Currency), Payout);

    /// <summary><c>1234.50</c>, with as many decimals as the currency has.</summary>
    public static string Plain(long amount, string currency)
    {
        var decimals = Amounts.Decimals(currency);
        return (amount / (decimal)Math.Pow(10, decimals)).ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary>A text field of a CSV file.</summary>
    public static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
