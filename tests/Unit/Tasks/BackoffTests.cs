using System.Text.Json;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Plugins.Guards;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(2, 2, 4)]
    [InlineData(5, 16, 32)]
    [InlineData(9, 150, 300)]
    [InlineData(40, 150, 300)]
    public void After_Attempt_DoublesWithinItsSpread(int attempt, double least, double most)
    {
        var waits = Enumerable.Range(0, 200).Select(i => Backoff.After(attempt, $"task_{i}").TotalSeconds).ToList();
        waits.Min().ShouldBeGreaterThanOrEqualTo(least);
        waits.Max().ShouldBeLessThanOrEqualTo(most);
        (waits.Max() - waits.Min()).ShouldBeGreaterThan((most - least) * 0.8);
        Backoff.After(attempt, "task_1").ShouldBe(Backoff.After(attempt, "task_1"));
    }

    public static TheoryData<Exception, bool> Faults => new()
    {
        { new HttpRequestException("away"), true },
        { new TaskCanceledException("timeout"), true },
        { new SqliteException("locked", 5), true },
        { new InvalidOperationException("likely transient", new Npgsql.NpgsqlException("away")), true },
        { new ObjectDisposedException("pool"), true },
        { new InvalidOperationException("No playbook can start from an object like py_1."), false },
        { new JsonException("no"), false },
        { new KeyNotFoundException(), false },
        { new GuardReadException(new BillingCopilot.Billing.Refusal("rate_limited", "Too many.", "Wait.")), true },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void IsTransient_Faults_AreRetriedUnlessADefect(Exception fault, bool transient) => TaskFaults.IsTransient(fault).ShouldBe(transient);

    [Fact]
    public void Cause_OfAnyFault_IsOneLineWithoutCardNumbers()
    {
        var cause = TaskFaults.Cause(new InvalidOperationException("first\nsecond " + "4242 4242 " + "4242 4242 " + new string('x', 900)));
        cause.ShouldStartWith("InvalidOperationException: first second");
        cause.ShouldNotContain("4242 4242");
        cause.Length.ShouldBeLessThan(510);
    }
}
