using BillingCopilot.Agents.Journal;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class TaskBudgetTests : IAsyncLifetime
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("budget-").FullName;
    private SqliteCopilotDbFactory _databases = null!;

    public Task InitializeAsync()
    {
        _databases = new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        return _databases.MigrateAsync(default);
    }

    public Task DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public async Task Check_AnswersOfAllAttempts_CountTogether(int last, bool over)
    {
        var budget = new TaskBudget(_databases, new TaskSettings { TokenBudget = 100 });
        await AnsweredAsync("0", 30, 10);
        await AnsweredAsync("1", last - 1, 2);
        await (over ? Should.ThrowAsync<TaskBudgetException>(() => budget.CheckAsync(Lumen, "task_1", default)) : budget.CheckAsync(Lumen, "task_1", default));
        await budget.CheckAsync(Lumen, "task_2", default);
    }

    [Fact]
    public void Overspent_IsNotTriedAgain_AndTakingTooLongIs()
    {
        TaskFaults.IsTransient(new TaskBudgetException(101, 100)).ShouldBeFalse();
        TaskFaults.IsTransient(new TimeoutException()).ShouldBeTrue();
    }

    private async Task AnsweredAsync(string key, int input, int output)
    {
        await using var db = _databases.Open(Lumen);
        db.Steps.Add(new StepRow
        {
            TenantId = Lumen.Id, TaskId = "task_1", Kind = TaskJournal.Model, Key = key, RequestHash = "", Content = $$"""{"input_tokens":{{input}},"output_tokens":{{output}}}""", At = DateTimeOffset.UnixEpoch,
        });
        await db.SaveChangesAsync();
    }
}
