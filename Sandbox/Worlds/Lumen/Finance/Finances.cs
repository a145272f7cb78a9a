using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>Books, bank statements and marketplace lists of a world, and what is wrong between them and Stripe.</summary>
internal sealed class Finances
{
    private const string Guide = """
        # Finance files

        The two closed months before the world's present, as Lumen's finance team would hand them over. Dates are UTC; amounts are in major units with the decimals of their currency; a minus sign is money that left.

        - `books/ledger-YYYY-MM.csv`: Lumen's own books of money that moved at Stripe. `reference` is the Stripe id of the charge, refund, dispute, transfer, application fee or payout. `connected_account` is filled for marketplace lines. `payout` is the payout the money is expected with. Payouts are booked as money that leaves Stripe.
        - `bank/CURRENCY-YYYY-MM`: the banks' statements, CSV with a running balance, for euros ISO 20022 camt.053. `reference` is the trace id of a payout, where the bank passed it on.
        - `marketplace/contracts.csv`: what each seller pays Lumen of a sale, from which day. `marketplace/sales-YYYY-MM.csv`: the sales on the sellers' own accounts.
        """;

    private readonly LumenCast _cast;
    private readonly Bank _bank;
    private readonly Ledger _ledger;
    private readonly Discrepancies _discrepancies;
    private readonly BankStatements _statements;

    /// <param name="others">Right entries of all lives beyond the cast.</param>
    public Finances(LumenCast cast, Bank bank, IEnumerable<LedgerEntry> others)
    {
        (_cast, _bank) = (cast, bank);
        var random = cast.Plan.Stream("finances");
        var earlier = cast.Earlier.Select(run => run.Books).Concat(cast.Sellers.Select(run => run.Books)).ToList();
        var own = earlier.SelectMany(life => life.Entries()).ToList();
        _ledger = new Ledger(own.Concat(cast.Lives.Except(earlier).SelectMany(life => life.Entries())).Concat(others).Concat(bank.Entries()));
        _discrepancies = new Discrepancies(_ledger, own, cast.Sellers, random.Stream("discrepancies"));
        _discrepancies.Plant();
        Debits();
        _ledger.Close();
        _statements = new BankStatements(bank, random.Stream("bank"));
    }

    public JsonArray BankErrors => _statements.Errors;

    public IReadOnlyList<WorldDocument> Files =>
    [
        new WorldDocument("finance/README.md", Guide.ReplaceLineEndings("\n") + "\n"),
        .. _ledger.Files(),
        .. _statements.Files,
        .. MarketplaceFiles.Write(_cast.Sellers),
    ];

    /// <summary>Everything that does not agree, wherever the fault lies.</summary>
    public JsonArray Disagreements()
    {
        var all = _discrepancies.Told();
        foreach (var seller in _cast.Sellers)
        {
            foreach (var sale in seller.Sales.Where(sale => sale.Fee.Whole("amount") != sale.Due && sale.At >= Ledger.Opens && sale.At < Ledger.Closes))
            {
                all.Add(WrongFee(seller, sale));
            }
        }

        foreach (var payout in _bank.Payouts.Where(payout => payout.Text("status") == "failed"))
        {
            all.Add(Reversed(payout));
        }

        foreach (var day in Carried())
        {
            all.Add(Carry(day));
        }

        return all;
    }

    /// <summary>What looks wrong to a rule of thumb and is right.</summary>
    public JsonArray LookAlikes() => FinanceLookAlikes.Find(_cast, _bank, _ledger);

    /// <summary>Days of the two months that summed to less than nothing and waited for a later payout, in currencies that only the cast has.</summary>
    private IEnumerable<((string Currency, long Day) Day, long PaidOn)> Carried() => _cast.Plan.Settlement.Waited
        .Where(wait => wait.Key.Currency is "jpy" or "kwd" && wait.Key.Day >= Ledger.Opens && wait.Key.Day < Ledger.Closes && Sum(wait.Key) < 0)
        .Select(wait => (wait.Key, wait.Value))
        .OrderBy(wait => wait.Key.Day).ThenBy(wait => wait.Key.Currency, StringComparer.Ordinal);

    private IEnumerable<JsonObject> Movements((string Currency, long Day) day) => _cast.Lives.SelectMany(life => life.Objects)
        .Where(value => value.Text("object") == "balance_transaction" && value.Text("currency") == day.Currency && Settlement.DayOf(value) == day.Day);

    private long Sum((string Currency, long Day) day) => Movements(day).Sum(movement => movement.Whole("net"));

    /// <summary>The books take a negative day for a debit of the bank account, which Stripe never makes.</summary>
    private void Debits()
    {
        foreach (var (day, _) in Carried())
        {
            _ledger.Add(new LedgerEntry(day.Day + 3_600, "payout", Reference(day), "Stripe", day.Currency, -Sum(day), 0, null));
        }
    }

    private static string Reference((string Currency, long Day) day) => $"DEBIT-{day.Currency.ToUpperInvariant()}-{Calendar.Date(day.Day)}";

    private JsonObject Carry(((string Currency, long Day) Day, long PaidOn) wait) => new()
    {
        ["kind"] = "negative_balance_carry",
        ["reference"] = Reference(wait.Day),
        ["counterparty"] = "Stripe",
        ["entries"] = JsonFields.Array(_ledger.Numbers(Reference(wait.Day))),
        ["currency"] = wait.Day.Currency,
        ["stripe_net"] = Sum(wait.Day),
        ["movements"] = JsonFields.Array(Movements(wait.Day).Select(movement => movement.Id())),
        ["payout"] = _bank.Payouts.FirstOrDefault(payout => payout.Text("currency") == wait.Day.Currency && payout.Whole("created") == wait.PaidOn)?.Id(),
        ["date"] = Calendar.Date(wait.Day.Day),
        ["text"] = "A day in the red was carried to the next payout; the books expect a debit at the bank.",
    };

    private JsonObject WrongFee(SellerRun seller, Sale sale) => new()
    {
        ["kind"] = "wrong_application_fee",
        ["reference"] = sale.Fee.Id(),
        ["counterparty"] = seller.Script.Name,
        ["entries"] = JsonFields.Array(_ledger.Numbers(sale.Fee.Id())),
        ["account"] = seller.AccountId,
        ["currency"] = seller.Script.Currency,
        ["charge"] = sale.Charge,
        ["gross"] = sale.Amount,
        ["stripe_net"] = sale.Fee.Whole("amount"),
        ["contract_net"] = sale.Due,
        ["payout"] = null,
        ["date"] = Calendar.Date(sale.At),
        ["text"] = "The fee taken is not the contract's.",
    };

    private JsonObject Reversed(JsonObject payout) => new()
    {
        ["kind"] = "reversed_payout",
        ["reference"] = payout.Id(),
        ["counterparty"] = "Stripe",
        ["entries"] = JsonFields.Array(_ledger.Numbers(payout.Id())),
        ["currency"] = payout.Text("currency"),
        ["stripe_net"] = 0L,
        ["books_net"] = -payout.Whole("amount"),
        ["amount"] = payout.Whole("amount"),
        ["failure_balance_transaction"] = payout.Text("failure_balance_transaction"),
        ["payout"] = payout.Id(),
        ["date"] = Calendar.Date(payout.Whole("arrival_date")),
        ["text"] = "The bank sent the payout back; the books still hold it as paid.",
    };
}
