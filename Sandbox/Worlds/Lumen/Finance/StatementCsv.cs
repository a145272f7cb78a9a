using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>A month's bank statement as CSV, with the balance after each line.</summary>
internal static class StatementCsv
{
    public static WorldDocument Write(string month, JsonObject account, long opening, IReadOnlyList<StatementLine> lines)
    {
        var currency = account.Id("currency");
        var text = new StringBuilder("account,booked_on,value_on,description,reference,amount,currency,balance\n");
        var balance = opening;
        foreach (var line in lines)
        {
            balance += line.Amount;
            text.Append('*').Append(account.Id("last4")).Append(',')
                .Append(Calendar.Date(line.At)).Append(',').Append(Calendar.Date(line.Value)).Append(',')
                .Append(LedgerEntry.Quoted(line.Text)).Append(',').Append(line.Reference).Append(',')
                .Append(LedgerEntry.Plain(line.Amount, currency)).Append(',').Append(currency.ToUpperInvariant()).Append(',')
                .Append(LedgerEntry.Plain(balance, currency)).Append('\n');
        }

        return new WorldDocument($"finance/bank/{currency}-{month}.csv", text.ToString());
    }
}
