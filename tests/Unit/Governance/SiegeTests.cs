using BillingCopilot.Testing;
using BillingCopilot.Unit.Governance.Fakes;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Unit.Governance;

/// <summary>
/// 20,000 generated attempts, in four parts that share nothing. Many are made again as they were made before, by design
/// of a replay; at least <see cref="Distinct"/> differ in kind, proposal, person or change. None through among those bounds
/// the rate of the kinds tried by 3/9,000 at 95 %: the repeated ones add nothing to that.
/// </summary>
[TakesLong]
public sealed class SiegeTests(ITestOutputHelper output)
{
    private const int Parts = 4;
    private const int Days = 5;
    private const int AttemptsADay = 1_000;
    private const int Distinct = 9_000;

    [Fact]
    public async Task Siege_TwentyThousandAttempts_NoneUnauthorised()
    {
        var breaches = new List<string>();
        var tried = new Dictionary<string, int>();
        var distinct = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, Parts), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            using var siege = await Siege.BeginAsync(seed);
            await siege.RunAsync(Days, AttemptsADay);
            lock (breaches)
            {
                breaches.AddRange(siege.Breaches);
                distinct += siege.Distinct;
                foreach (var (kind, times) in siege.Tried)
                {
                    tried[kind] = tried.GetValueOrDefault(kind) + times;
                }
            }
        });

        breaches.Take(10).ShouldBeEmpty();
        tried.Values.Sum().ShouldBe(20_000);
        tried.Count.ShouldBe(15);
        tried.Values.Min().ShouldBeGreaterThan(200);
        tried.Values.Count(times => times > 1_000).ShouldBe(11);
        output.WriteLine(FormattableString.Invariant($"{distinct} distinct of {tried.Values.Sum()}: at most 3/{distinct} at 95 %. {string.Join("; ", tried.OrderBy(t => t.Key).Select(t => $"{t.Key}: {t.Value}"))}"));
        distinct.ShouldBeGreaterThan(Distinct);
    }
}
