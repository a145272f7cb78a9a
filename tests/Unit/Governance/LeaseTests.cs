using BillingCopilot.Governance.Executor;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

public sealed class LeaseTests
{
    [Fact]
    public async Task Execute_SlowFarSide_KeepsItsLease()
    {
        using var bench = await Bench.StartAsync();
        var proposal = await bench.ApprovedAsync();
        var called = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        bench.Far.Before = _ =>
        {
            called.SetResult();
            return answer.Task;
        };
        var running = bench.ExecuteAsync(proposal);
        await called.Task;
        var before = await LeaseAsync(bench);

        bench.Time.Advance(TimeSpan.FromSeconds(5));
        while (await LeaseAsync(bench) == before)
        {
            await Task.Yield();
        }

        answer.SetResult();
        await running;
        (await LeaseAsync(bench)).ShouldBeNull();
    }

    [Fact]
    public async Task Enter_SameKey_LetsOneThroughAtATime()
    {
        var gate = new KeyedGate();
        var first = await gate.EnterAsync("a", default);
        var second = gate.EnterAsync("a", default);
        (await gate.EnterAsync("b", default)).Dispose();
        second.IsCompleted.ShouldBeFalse();

        first.Dispose();

        (await second).Dispose();
        (await gate.EnterAsync("a", default)).Dispose();
    }

    private static async Task<DateTimeOffset?> LeaseAsync(Bench bench)
    {
        await using var db = bench.Open();
        return (await db.Executions.AsNoTracking().SingleAsync()).LeaseUntil;
    }
}
