using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>
/// What the banks say of the same two months: payouts as they arrived, the rest of a company's life, and the
/// banks' own errors. Lines and balances of a statement always add up.
/// </summary>
internal sealed class BankStatements
{
    private static readonly (string Text, long Low, long High)[] Costs =
    [
        ("PAYROLL RUN LUMEN INC", 2_400_000, 3_900_000), ("OFFICE LEASE HARBOUR ESTATES", 310_000, 420_000), ("CLOUD HOSTING INVOICE", 180_000, 460_000),
        ("INSURANCE PREMIUM", 40_000, 95_000), ("CARD SETTLEMENT TRAVEL", 12_000, 88_000), ("SUPPLIER PAYMENT STATIONERY", 2_500, 14_000),
    ];

    private readonly SeededRandom _random;
    private readonly JsonArray _errors = [];
    private readonly List<WorldDocument> _files = [];

    public BankStatements(Bank bank, SeededRandom random)
    {
        _random = random;
        foreach (var currency in new[] { "usd", "eur", "jpy", "kwd" })
        {
            Write(currency, bank);
        }
    }

    /// <summary>Errors of the banks, with the payouts they touch.</summary>
    public JsonArray Errors => _errors;

    public IReadOnlyList<WorldDocument> Files => _files;

    private void Write(string currency, Bank bank)
    {
        var random = _random.Stream(currency);
        var arrived = bank.Payouts.Where(payout => payout.Text("currency") == currency && payout.Text("status") is "paid" or "failed"
            && payout.Whole("arrival_date") >= Ledger.Opens && payout.Whole("arrival_date") < Ledger.Closes && payout.Text("currency") == currency).ToList();
        var lines = arrived.SelectMany(payout => Credit(payout, bank)).ToList();
        Spoil(currency, arrived, lines, random);
        lines.AddRange(Life(currency, lines.Sum(line => line.Amount), random));
        var balance = random.Between(4_000_000, 9_000_000);
        foreach (var month in lines.OrderBy(line => line.At).ThenBy(line => line.Text, StringComparer.Ordinal).GroupBy(line => Calendar.Date(line.At)[..7], StringComparer.Ordinal))
        {
            _files.Add(currency == "eur"
                ? Camt053.Write(month.Key, bank.Account(currency), balance, [.. month])
                : StatementCsv.Write(month.Key, bank.Account(currency), balance, [.. month]));
            balance += month.Sum(line => line.Amount);
        }
    }

    private static IEnumerable<StatementLine> Credit(JsonObject payout, Bank bank)
    {
        var trace = payout["trace_id"]!.AsObject().Text("value") ?? bank.TraceOf(payout);
        var at = payout.Whole("arrival_date") + 9 * 3_600;
        yield return new StatementLine(at, at, payout.Whole("amount"), "STRIPE PAYOUT", trace);
        if (payout.Text("status") == "failed")
        {
            yield return new StatementLine(at + Calendar.Day, at + Calendar.Day, -payout.Whole("amount"), "RETURN STRIPE PAYOUT ACCT CLOSED", trace);
        }
    }

    /// <summary>What the bank gets wrong by itself: the money is right, the line is not.</summary>
    private void Spoil(string currency, List<JsonObject> payouts, List<StatementLine> lines, SeededRandom random)
    {
        var paid = random.Shuffle(payouts.Where(payout => payout.Text("status") == "paid" && payout.Whole("amount") > 4_000));
        if (paid.Count < 6)
        {
            return;
        }

        Change("reference_lost", paid[0], line => [line with { Reference = "" }]);
        Change("reference_cut", paid[1], line => [line with { Reference = line.Reference[..9] }]);
        Change("late_booking", paid[2], line => [line with { At = line.At + 2 * Calendar.Day }]);
        Change("wire_fee_taken", paid[3], line => [line with { Amount = line.Amount - 1_500 }]);
        Change("credit_split", paid[4], line => [line with { Amount = line.Amount / 2 }, line with { Amount = line.Amount - line.Amount / 2 }]);
        Change("booked_twice_and_reversed", paid[5], line => [line, line, line with { At = line.At + Calendar.Day, Value = line.Value + Calendar.Day, Amount = -line.Amount, Text = "REVERSAL OF DUPLICATE" }]);
        var at = Ledger.Opens + random.Between(8, 50) * Calendar.Day + 11 * 3_600;
        var stranger = new StatementLine(at, at, random.Between(20_000, 90_000), "STRIPE PAYMENTS EUROPE TRANSFER", random.Between(100_000_000, 999_999_999).ToString(CultureInfo.InvariantCulture));
        lines.Add(stranger);
        _errors.Add(Tell("credit_of_a_stranger", currency, null, stranger.Amount, at));

        void Change(string kind, JsonObject payout, Func<StatementLine, IEnumerable<StatementLine>> change)
        {
            var trace = payout["trace_id"]!.AsObject().Text("value");
            var index = lines.FindIndex(line => line.Reference == trace);
            var line = lines[index];
            lines.RemoveAt(index);
            lines.InsertRange(index, change(line));
            _errors.Add(Tell(kind, currency, payout, line.Amount, line.At));
        }
    }

    private static JsonObject Tell(string kind, string currency, JsonObject? payout, long amount, long at) => new()
    {
        ["kind"] = kind,
        ["currency"] = currency,
        ["payout"] = payout?.Id(),
        ["amount"] = amount,
        ["amount_text"] = Amounts.Text(amount, currency),
        ["date"] = Calendar.Date(at),
        ["file"] = $"finance/bank/{currency}-{Calendar.Date(at)[..7]}.{(currency == "eur" ? "xml" : "csv")}",
    };

    /// <summary>What a company pays beside: about as much as came in.</summary>
    private static IEnumerable<StatementLine> Life(string currency, long income, SeededRandom random)
    {
        for (var day = Ledger.Opens; day < Ledger.Closes; day += random.Between(3, 9) * Calendar.Day)
        {
            var (text, low, high) = random.Pick(Costs);
            var amount = Math.Min(random.Between(low, high), Math.Max(1_000, income / 9));
            yield return new StatementLine(day + 14 * 3_600, day + 14 * 3_600, -amount, text, $"{currency.ToUpperInvariant()}{random.Between(10_000, 99_999)}");
        }
    }
}
