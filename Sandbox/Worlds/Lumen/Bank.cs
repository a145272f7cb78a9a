using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds.Lumen.Finance;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Lumen's bank accounts, one for each currency, and the payouts that went there.</summary>
internal sealed class Bank
{
    private const string Letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private readonly Dictionary<string, JsonObject> _accounts = new(StringComparer.Ordinal);
    private readonly SeededRandom _random;
    private readonly Books _books;
    private (string Payout, string Failure, long At) _returned;

    public Bank(Books books, SeededRandom random)
    {
        (_books, _random) = (books, random);
        var ids = new StripeIds(random.Stream("accounts"), books.AccountId);
        foreach (var (currency, country, last4, bank) in new[]
        {
            ("usd", "US", "4417", "FIRST HARBOUR BANK"), ("eur", "DE", "0982", "HANSEATIC TREASURY BANK"),
            ("jpy", "JP", "7730", "NAGOYA CITY BANK"), ("kwd", "KW", "5561", "GULF MERCHANT BANK"),
        })
        {
            _accounts[currency] = BankAccountObject.Create(ids.Next("ba", Calendar.Opened), books.AccountId, country, currency, last4, bank);
            books.Put(_accounts[currency]);
        }
    }

    /// <summary>Where the account itself keeps its objects.</summary>
    public Books Books => _books;

    /// <summary>Payouts made so far, oldest first.</summary>
    public List<JsonObject> Payouts { get; } = [];

    public JsonObject Account(string currency) => _accounts[currency];

    /// <summary>How the payouts should stand in Lumen's own books.</summary>
    public IEnumerable<LedgerEntry> Entries() => Payouts
        .Where(payout => payout.Whole("created") >= Ledger.Opens && payout.Whole("created") < Ledger.Closes)
        .Select(payout => new LedgerEntry(payout.Whole("created"), "payout", payout.Id(), "Stripe", payout.Id("currency"), -payout.Whole("amount"), 0, payout.Id()));

    /// <summary>The reference of a payout that the bank sent back.</summary>
    public string TraceOf(JsonObject payout) => Trace(_random.Stream(payout.Id() + ":returned"));

    /// <summary>Pays out what was summed. One payout in dollars of October comes back from the bank, and goes out again with a later one.</summary>
    public void PayOut(PayoutTotals totals)
    {
        var returned = _random.Stream("returned").Pick([.. totals.All.Where(sum =>
            sum.Payout.Currency == "usd" && Calendar.Utc(sum.Payout.Created) is { Year: 2026, Month: 10, Day: >= 5 and <= 16 })]);
        var at = Settlement.Arrival(returned.Payout.Created) + Calendar.Day + 10 * 3_600;
        var ids = new StripeIds(_random.Stream("failure"), _books.AccountId);
        var failure = _books.Book(new BalanceTransactionSpec
        {
            Id = ids.Next("txn", at),
            Created = at,
            Amount = returned.Net,
            Currency = "usd",
            Type = "payout_failure",
            Source = returned.Payout.Id,
            Description = "Failure of payout",
        });
        totals.Add([failure]);
        _returned = (returned.Payout.Id, failure.Id(), at);
        foreach (var (payout, net) in totals.All)
        {
            Make(payout, net);
        }
    }

    private void Make(PayoutDay day, long net)
    {
        var random = _random.Stream(day.Id);
        var ids = new StripeIds(random.Stream("ids"), _books.AccountId);
        var movement = BalanceTransactionObject.Create(new BalanceTransactionSpec
        {
            Id = ids.Next("txn", day.Created),
            Created = day.Created,
            Amount = -net,
            Currency = day.Currency,
            Type = "payout",
            Source = day.Id,
            Description = "STRIPE PAYOUT",
            Payout = day.Id,
        });
        var payout = PayoutObject.Create(new PayoutSpec
        {
            Id = day.Id,
            Created = day.Created,
            Amount = net,
            Currency = day.Currency,
            ArrivalDate = Settlement.Arrival(day.Created),
            Automatic = true,
            BalanceTransaction = movement.Id(),
            Destination = _accounts[day.Currency].Id(),
        });
        _books.Put(movement);
        _books.Add(ids, day.Created, payout, "payout.created");
        Progress(ids, payout, random);
        Payouts.Add(payout);
    }

    private void Progress(StripeIds ids, JsonObject payout, SeededRandom random)
    {
        if (payout.Id() == _returned.Payout)
        {
            PayoutObject.Fail(payout, "could_not_process", _returned.Failure);
            _books.Emit(ids, _returned.At, "payout.failed", payout);
            return;
        }

        var arrival = payout.Whole("arrival_date");
        if (payout.Whole("created") + Calendar.Day <= Calendar.NowUnix)
        {
            PayoutObject.Submit(payout);
        }

        if (arrival <= Calendar.NowUnix)
        {
            PayoutObject.Pay(payout, Trace(random));
            _books.Emit(ids, arrival, "payout.paid", payout);
            _books.Emit(ids, arrival, "payout.reconciliation_completed", payout);
        }
    }

    private static string Trace(SeededRandom random) =>
        new([.. Enumerable.Range(0, 15).Select(_ => Letters[(int)random.Between(0, Letters.Length - 1)])]);
}
