using System.Net;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Sandbox;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class AccountPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("https://api.stripe.com", "rk_test_a", 20)]
    [InlineData("https://api.stripe.com", "rk_live_a", 80)]
    [InlineData("http://127.0.0.1:1", "rk_test_a", null)]
    public void Pace_OfTheAccount_IsUnderStripesLimit(string address, string key, int? perSecond) =>
        (new StripeConnection(new Uri(address), key).Limits?.PerSecond).ShouldBe(perSecond);

    /// <summary>
    /// Stripe's limits by mode (https://docs.stripe.com/rate-limits) against thirty seconds in which everybody always wants
    /// more, after a rest in which the buckets filled up: in no second does more leave than Stripe takes.
    /// </summary>
    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, 25)]
    public void Take_EverybodyWantsMore_NoSecondIsOverStripesLimits(bool livemode, int account)
    {
        var limits = StripeLimits.Of(livemode, null);
        var pace = new LocalPace(limits, _time);
        string[] paths = ["/v1/customers/cus_1", "/v1/invoices", "/v1/invoices/in_1/lines", "/v1/charges", "/v1/refunds", "/v1/prices/p", "/v1/subscriptions/search", "/v1/customers/search"];
        var buckets = paths.Select(p => limits.BucketOf(new Uri("https://api.stripe.com" + p))).Distinct().ToList();
        var held = new HashSet<string>();
        var left = new List<(int At, string Bucket)>();
        for (var at = 0; at < 30_000; at += 5)
        {
            // Whoever is first has the advantage: each is, in turn.
            foreach (var bucket in buckets.Skip(at / 5 % buckets.Count).Concat(buckets.Take(at / 5 % buckets.Count)))
            {
                while (GetsThrough(bucket))
                {
                    left.Add((at, bucket.Name));
                }
            }

            // Once everybody rests for ten seconds.
            at += at == 10_000 ? 10_000 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(at == 20_000 ? 10_005 : 5));
        }

        // An endpoint keeps its token while it waits for the account's.
        bool GetsThrough((string Name, int PerSecond) bucket)
        {
            if (!held.Contains(bucket.Name) && !pace.TryTake(bucket.Name, bucket.PerSecond))
            {
                return false;
            }

            held.Add(bucket.Name);
            return pace.TryTake("", limits.PerSecond) && held.Remove(bucket.Name);
        }

        Worst(left.Select(l => l.At)).ShouldBeInRange(limits.PerSecond, account);
        Worst(left.Where(l => l.Bucket == "search").Select(l => l.At)).ShouldBeInRange(1, 20);
        left.Select(l => l.Bucket).Distinct().ShouldAllBe(b => Worst(left.Where(l => l.Bucket == b).Select(l => l.At)) <= 25);
    }

    [Fact]
    public async Task Send_OverThePace_WaitsItsTurnInsteadOfFailing()
    {
        var far = new Counting();
        using var http = new HttpClient(new PacedSend(new LocalPace(StripeLimits.Of(livemode: false, 20), _time)) { InnerHandler = far }) { BaseAddress = new Uri("http://far.test") };

        var answers = Enumerable.Range(0, 8).Select(_ => http.GetAsync("/v1/invoices")).ToList();

        far.Count.ShouldBe(2, "a tenth of a second's at once; the rest waits");
        var all = Task.WhenAll(answers);
        while (!all.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.WhenAny(all, Task.Delay(1));
        }

        (await all).ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK);
        far.Count.ShouldBe(8);
    }

    [Fact]
    public void Pace_OfReadersAndWriters_IsOne()
    {
        var connection = new StripeConnection(new Uri("http://127.0.0.1:1"), SandboxKeys.Read, SandboxKeys.Write, requestsPerSecond: 2, pace: limits => new LocalPace(limits, _time));

        var pace = connection.Pace.ShouldBeOfType<LocalPace>();
        pace.WaitAsync(new Uri("http://127.0.0.1:1/v1/invoices"), default).IsCompletedSuccessfully.ShouldBeTrue();
        pace.WaitAsync(new Uri("http://127.0.0.1:1/v1/customers"), default).IsCompleted.ShouldBeFalse("the account's bucket is empty");
    }

    private static int Worst(IEnumerable<int> at)
    {
        var all = at.Order().ToList();
        return all.Select((from, i) => all.Skip(i).TakeWhile(a => a < from + 1000).Count()).Max();
    }

    private sealed class Counting : HttpMessageHandler
    {
        private int _count;

        public int Count => _count;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
