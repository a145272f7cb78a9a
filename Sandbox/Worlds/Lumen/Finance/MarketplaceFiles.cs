using System.Globalization;
using System.Text;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>The sellers' contracts and their sales of the last two closed months.</summary>
internal static class MarketplaceFiles
{
    public static IEnumerable<WorldDocument> Write(IReadOnlyList<SellerRun> sellers)
    {
        yield return new WorldDocument("finance/marketplace/contracts.csv", Contracts(sellers));
        foreach (var month in sellers.SelectMany(seller => seller.Sales.Select(sale => (Seller: seller, Sale: sale)))
            .Where(item => item.Sale.At >= Ledger.Opens && item.Sale.At < Ledger.Closes)
            .OrderBy(item => item.Sale.At)
            .GroupBy(item => Calendar.Date(item.Sale.At)[..7], StringComparer.Ordinal))
        {
            var text = new StringBuilder("sold_on,connected_account,charge,gross,currency\n");
            foreach (var (seller, sale) in month)
            {
                text.Append(Calendar.Date(sale.At)).Append(',').Append(seller.AccountId).Append(',').Append(sale.Charge).Append(',')
                    .Append(LedgerEntry.Plain(sale.Amount, seller.Script.Currency)).Append(',').Append(seller.Script.Currency.ToUpperInvariant()).Append('\n');
            }

            yield return new WorldDocument($"finance/marketplace/sales-{month.Key}.csv", text.ToString());
        }
    }

    private static string Contracts(IReadOnlyList<SellerRun> sellers)
    {
        var text = new StringBuilder("seller,connected_account,fee_percent,valid_from\n");
        foreach (var seller in sellers)
        {
            foreach (var (from, percent) in seller.Contract)
            {
                text.Append(LedgerEntry.Quoted(seller.Script.Name)).Append(',').Append(seller.AccountId).Append(',')
                    .Append(percent.ToString(CultureInfo.InvariantCulture)).Append(',').Append(Calendar.Date(from)).Append('\n');
            }
        }

        return text.ToString();
    }
}
