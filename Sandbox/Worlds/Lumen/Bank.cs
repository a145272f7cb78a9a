using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Lumen's bank accounts, one for each currency, and the payouts that went there.</summary>
internal sealed class Bank
{
    private const string Letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private readonly Dictionary<string, JsonObject> _accounts = new(StringComparer.Ordinal);
    private readonly SeededRandom _random;
    private readonly Books _books;

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

    /// <summary>Pays out what was summed.</summary>
    public void PayOut(PayoutTotals totals)
    {
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
