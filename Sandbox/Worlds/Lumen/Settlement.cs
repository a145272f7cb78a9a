using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>One automatic payout, before its amount is known.</summary>
/// <param name="Created">Unix seconds: midnight UTC.</param>
internal sealed record PayoutDay(string Id, string Currency, long Created);

/// <summary>
/// Which payout takes which movement: every midnight, in each currency, all that is available. What sums to nothing
/// or less waits for the next. Only the cast has refunds and disputes, so only its sums decide what waits; the many
/// others add to the payouts.
/// </summary>
internal sealed class Settlement(SeededRandom random, string accountId)
{
    private readonly ConcurrentDictionary<(string Currency, long Day), PayoutDay> _payouts = new();
    private readonly Dictionary<(string Currency, long Day), long> _waits = [];

    /// <summary>Days whose movements waited for a later payout because they summed to nothing or less.</summary>
    public IReadOnlyDictionary<(string Currency, long Day), long> Waited => _waits;

    /// <summary>When money of a charge can be paid out, Unix seconds.</summary>
    public static long AvailableOn(long at) => (at / Calendar.Day + 2) * Calendar.Day;

    /// <summary>Two banking days after a payout is made, at midnight.</summary>
    public static long Arrival(long created)
    {
        var day = Calendar.Utc(created).UtcDateTime.Date;
        for (var banking = 0; banking < 2;)
        {
            day = day.AddDays(1);
            banking += day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        }

        return new DateTimeOffset(day, TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>Finds the days that have to wait, from the movements of the cast.</summary>
    public void Plan(IEnumerable<JsonObject> transactions)
    {
        foreach (var currency in transactions.GroupBy(transaction => transaction.Id("currency"), StringComparer.Ordinal))
        {
            List<long> waiting = [];
            var sum = 0L;
            foreach (var day in currency.GroupBy(DayOf).OrderBy(day => day.Key))
            {
                sum += day.Sum(transaction => transaction.Whole("net"));
                waiting.Add(day.Key);
                if (sum > 0)
                {
                    Wait(currency.Key, waiting, day.Key);
                    sum = 0;
                    waiting.Clear();
                }
            }

            Wait(currency.Key, waiting, long.MaxValue);
        }
    }

    /// <summary>Notes in a movement the payout that took it, if one has.</summary>
    public void Link(JsonObject transaction)
    {
        if (Of(transaction.Id("currency"), DayOf(transaction)) is { } payout)
        {
            transaction[BalanceTransactionObject.PaidOutBy] = payout.Id;
        }
        else
        {
            transaction.Remove(BalanceTransactionObject.PaidOutBy);
        }
    }

    /// <summary>The payout that took a movement; null while it waits.</summary>
    public PayoutDay? Of(JsonObject transaction) => Of(transaction.Id("currency"), DayOf(transaction));

    private PayoutDay? Of(string currency, long day)
    {
        day = _waits.GetValueOrDefault((currency, day), day);
        return day > Calendar.NowUnix ? null : _payouts.GetOrAdd((currency, day), key => new PayoutDay(
            new StripeIds(random.Stream($"{key.Currency}:{Calendar.Date(key.Day)}"), accountId).Next("po", key.Day), key.Currency, key.Day));
    }

    /// <summary>The midnight at which a movement could first be paid out.</summary>
    public static long DayOf(JsonObject transaction) => (transaction.Whole("available_on") + Calendar.Day - 1) / Calendar.Day * Calendar.Day;

    private void Wait(string currency, List<long> days, long until)
    {
        foreach (var day in days.Where(day => day != until))
        {
            _waits[(currency, day)] = until;
        }
    }
}
