using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>One sale on a seller's own account, of which Lumen takes a fee.</summary>
/// <param name="Amount">Minor units that the buyer paid.</param>
/// <param name="Due">Minor units of the fee by the contract.</param>
internal sealed record Sale(long At, long Amount, string Charge, JsonObject Fee, long Due);

/// <summary>One seller: an account, a fee for each sale, and once a month a share of the fees given back as a transfer.</summary>
internal sealed class SellerRun
{
    private const decimal SharePercent = 5m;

    /// <summary>Sellers of the cast of whom a fee by another rate was taken, and the one whose contract changed.</summary>
    private static readonly int[] Mischarged = [1, 5];
    private const int Renegotiated = 3;
    private static readonly long SharesSince = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long NewContract = new DateTimeOffset(2026, 10, 12, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private readonly SeededRandom _random;
    private readonly StripeIds _ids;
    private readonly StripeIds _own;
    private readonly long _shareDay;
    private long _shareable;

    public SellerRun(Books books, SellerScript script, SeededRandom random)
    {
        (Books, Script, _random) = (books, script, random);
        _ids = new StripeIds(random.Stream("ids"), books.AccountId);
        AccountId = StripeIds.NewAccountId(random.Stream("account"));
        _own = new StripeIds(random.Stream("own"), AccountId);
        _shareDay = random.Between(9, 25);
        Contract = script.Order == Renegotiated ? [(script.Start, script.FeePercent), (NewContract, script.FeePercent - 3)] : [(script.Start, script.FeePercent)];
        books.ConnectedAccount = AccountId;
    }

    /// <summary>What Lumen takes of a sale, each from a day (Unix seconds).</summary>
    public IReadOnlyList<(long From, decimal Percent)> Contract { get; }

    public Books Books { get; }

    public SellerScript Script { get; }

    public string AccountId { get; }

    /// <summary>Sales kept for the books: those of the last months, or all of a small seller.</summary>
    public List<Sale> Sales { get; } = [];

    public List<JsonObject> Transfers { get; } = [];

    /// <summary>Lives from the start to now, month by month.</summary>
    public void Run()
    {
        Books.Put(ConnectedAccountObject.Create(
            AccountId, Script.Start, Script.Name, CompanyNames.Email(Script.Name, "hello"),
            Script.Currency == "eur" ? "DE" : "US", Script.Currency, metadata: new Dictionary<string, string> { ["seller_no"] = $"S-{1000 + Script.Order}" }));
        var month = Calendar.MonthStart(Script.Start);
        while (month < Calendar.NowUnix)
        {
            var next = Calendar.Renewal(month, 1, "month");
            Month(month, next);
            month = next;
        }
    }

    private void Month(long start, long end)
    {
        var share = start + (_shareDay - 1) * Calendar.Day + _random.Between(8, 16) * 3_600;
        var count = Math.Max(1, Script.SalesAMonth * _random.Between(70, 130) / 100);
        var times = Enumerable.Range(0, (int)count).Select(_ => start + _random.Between(0, end - start - 1)).Order().ToList();
        var shared = _shareable;
        _shareable = 0;
        var number = 0;
        foreach (var at in times.Where(at => at > Script.Start && at <= Calendar.NowUnix))
        {
            number++;
            if (at > share)
            {
                Share(share, start, Amounts.Percent(shared, SharePercent));
                shared = 0;
            }

            Sell(at, Mischarged.Contains(Script.Order) && Calendar.Utc(at) is { Year: 2026, Month: 9 or 10 } && number == 2);
        }

        Share(share, start, Amounts.Percent(shared, SharePercent));
    }

    private void Sell(long at, bool wrong)
    {
        var amount = _random.Pick<long>([1_900, 2_900, 4_900, 7_900, 9_900, 14_900, 24_900]) + _random.Between(0, 9) * 10;
        var charge = _own.Next("ch", at);
        var feeId = _ids.Next("fee", at);
        var percent = Contract.Last(rate => rate.From <= at).Percent;
        var due = Amounts.Percent(amount, percent);
        var taken = wrong ? Amounts.Percent(amount, percent + (Script.Order == 1 ? 5 : -4)) : due;
        var movement = Books.Move(_ids, at, taken, Script.Currency, feeId, "application_fee", $"Application fee from {Script.Name} ({AccountId})");
        var fee = ApplicationFeeObject.Create(feeId, at, taken, Script.Currency, AccountId, charge, movement);
        Books.Add(_ids, at, fee, "application_fee.created");
        _shareable += taken;
        Sales.Add(new Sale(at, amount, charge, fee, due));
    }

    private void Share(long at, long month, long amount)
    {
        // The others' shares come out of days with plenty of sales, so that no payout depends on them.
        var plenty = Script.Order < LumenPlan.CastSellers || (Script.Currency == "usd" && at >= SharesSince);
        if (amount == 0 || at > Calendar.NowUnix || !plenty)
        {
            return;
        }

        var id = _ids.Next("tr", at);
        var name = Calendar.Utc(month - Calendar.Day).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var movement = Books.Move(_ids, at, -amount, Script.Currency, id, "transfer", $"Revenue share {name}", wait: false);
        var transfer = TransferObject.Create(new TransferSpec
        {
            Id = id,
            Created = at,
            Amount = amount,
            Currency = Script.Currency,
            Destination = AccountId,
            BalanceTransaction = movement,
            DestinationPayment = _own.Next("py", at),
            TransferGroup = $"share-{name}",
            Description = $"Revenue share {name}",
        });
        Transfers.Add(transfer);
        Books.Add(_ids, at, transfer, "transfer.created");
    }
}
