using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>A month's bank statement as ISO 20022 camt.053.001.08.</summary>
internal static class Camt053
{
    private static readonly XNamespace Iso = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";

    public static WorldDocument Write(string month, JsonObject account, long opening, IReadOnlyList<StatementLine> lines)
    {
        var currency = account.Id("currency").ToUpperInvariant();
        var (from, to) = (Calendar.MonthStart(lines[0].At), Calendar.Renewal(Calendar.MonthStart(lines[0].At), 1, "month"));
        var closing = opening + lines.Sum(line => line.Amount);
        var document = new XDocument(new XElement(Iso + "Document", new XElement(
            Iso + "BkToCstmrStmt",
            new XElement(Iso + "GrpHdr", new XElement(Iso + "MsgId", $"STMT-{currency}-{month}"), new XElement(Iso + "CreDtTm", Instant(to))),
            new XElement(
                Iso + "Stmt",
                new XElement(Iso + "Id", $"{currency}-{month}"),
                new XElement(Iso + "CreDtTm", Instant(to)),
                new XElement(Iso + "FrToDt", new XElement(Iso + "FrDtTm", Instant(from)), new XElement(Iso + "ToDtTm", Instant(to - 1))),
                new XElement(
                    Iso + "Acct",
                    new XElement(Iso + "Id", new XElement(Iso + "Othr", new XElement(Iso + "Id", $"*{account.Id("last4")}"))),
                    new XElement(Iso + "Ccy", currency),
                    new XElement(Iso + "Svcr", new XElement(Iso + "FinInstnId", new XElement(Iso + "Nm", account.Id("bank_name"))))),
                Balance("OPBD", opening, from, currency),
                Balance("CLBD", closing, to - 1, currency),
                lines.Select((line, index) => Entry(line, index, currency))))));
        return new WorldDocument($"finance/bank/{account.Id("currency")}-{month}.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document.ToString().ReplaceLineEndings("\n") + "\n");
    }

    private static XElement Balance(string code, long amount, long at, string currency) => new(
        Iso + "Bal",
        new XElement(Iso + "Tp", new XElement(Iso + "CdOrPrtry", new XElement(Iso + "Cd", code))),
        Amount(amount, currency),
        Direction(amount),
        new XElement(Iso + "Dt", new XElement(Iso + "Dt", Calendar.Date(at))));

    private static XElement Entry(StatementLine line, int index, string currency) => new(
        Iso + "Ntry",
        new XElement(Iso + "NtryRef", (index + 1).ToString(CultureInfo.InvariantCulture)),
        Amount(line.Amount, currency),
        Direction(line.Amount),
        new XElement(Iso + "Sts", new XElement(Iso + "Cd", "BOOK")),
        new XElement(Iso + "BookgDt", new XElement(Iso + "Dt", Calendar.Date(line.At))),
        new XElement(Iso + "ValDt", new XElement(Iso + "Dt", Calendar.Date(line.Value))),
        new XElement(Iso + "BkTxCd", new XElement(Iso + "Prtry", new XElement(Iso + "Cd", line.Amount < 0 ? "NTRF+117" : "NTRF+166"))),
        new XElement(Iso + "NtryDtls", new XElement(
            Iso + "TxDtls",
            new XElement(Iso + "Refs", new XElement(Iso + "EndToEndId", line.Reference.Length == 0 ? "NOTPROVIDED" : line.Reference)),
            new XElement(Iso + "RmtInf", new XElement(Iso + "Ustrd", line.Text)))));

    private static XElement Amount(long amount, string currency) =>
        new(Iso + "Amt", new XAttribute("Ccy", currency), LedgerEntry.Plain(Math.Abs(amount), currency.ToLowerInvariant()));

    private static XElement Direction(long amount) => new(Iso + "CdtDbtInd", amount < 0 ? "DBIT" : "CRDT");

    private static string Instant(long unix) => Calendar.Utc(unix).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
