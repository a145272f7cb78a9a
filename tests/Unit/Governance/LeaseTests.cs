using BillingCopilot.Governance.Executor;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
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
    public async Task Renewal_DatabaseAwayForAMoment_GoesOnUntilTheLeaseIsOver()
    {
        var time = new FakeTimeProvider();
        using var called = new SemaphoreSlim(0);
        var answers = new Queue<bool>([false, true, false, false, false]);
        await using var renewal = new LeaseRenewal(
            _ =>
            {
                var works = answers.Dequeue();
                called.Release();
                return works ? Task.FromResult(true) : Task.FromException<bool>(new SqliteException("away", 1));
            },
            time,
            TimeSpan.FromSeconds(15));

        while (answers.Count > 0)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            (await called.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("it is asked again");
        }

        time.Advance(TimeSpan.FromSeconds(5));
        called.CurrentCount.ShouldBe(0, "the lease is over");
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
