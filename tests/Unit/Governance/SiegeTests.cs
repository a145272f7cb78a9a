using BillingCopilot.Unit.Governance.Fakes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>
/// 20,000 generated attempts, in four parts that share nothing. None through in 20,000 bounds the rate of the kinds
/// tried by 3/20,000 at 95 %.
/// </summary>
public sealed class SiegeTests
{
    private const int Attempts = 20_000;
    private const int Parts = 4;

    [Fact]
    public async Task Siege_TwentyThousandAttempts_NoneUnauthorised()
    {
        var breaches = new List<string>();
        var tried = new Dictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(1, Parts), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            using var siege = await Siege.BeginAsync(seed);
            await siege.RunAsync(Attempts / Parts);
            lock (breaches)
            {
                breaches.AddRange(siege.Breaches);
                foreach (var (kind, times) in siege.Tried)
                {
                    tried[kind] = tried.GetValueOrDefault(kind) + times;
                }
            }
        });

        breaches.Take(10).ShouldBeEmpty();
        tried.Values.Sum().ShouldBe(Attempts);
        tried.Count.ShouldBe(12);
        tried.Values.Min().ShouldBeGreaterThan(1_000);
    }
}
