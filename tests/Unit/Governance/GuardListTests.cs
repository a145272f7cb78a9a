using BillingCopilot.Governance.Guards;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Each guard stops what it is named for, and nothing else does: without it the suite is red.</summary>
public sealed class GuardListTests
{
    public static TheoryData<string> Guards => [.. Attacks.All.Select(a => a.Guard)];

    [Fact]
    public async Task Attacks_OneEachGuard_CoverTheWholeList()
    {
        using var bench = await Bench.StartAsync();

        Attacks.All.Select(a => a.Guard).ShouldBe(bench.Node.GetRequiredService<GuardList>().Names, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Guards))]
    public async Task Attack_WithEveryGuard_IsStopped(string guard) => (await Attacks.All.Single(a => a.Guard == guard).RunAsync(null)).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Guards))]
    public async Task Suite_WithOneGuardLeftOut_IsRed(string guard) => (await FirstFaultAsync(guard)).ShouldNotBeNull($"{guard} could be left out and nothing would notice");

    /// <summary>The suite, the likeliest attack first; its first fault makes it red.</summary>
    private static async Task<string?> FirstFaultAsync(string without)
    {
        foreach (var (_, runAsync) in Attacks.All.OrderBy(a => a.Guard == without ? 0 : 1))
        {
            if (await runAsync(without) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }
}
