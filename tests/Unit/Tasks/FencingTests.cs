using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.AgentTests;
using BillingCopilot.Unit.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

/// <summary>A node whose task was taken over while its model thought: of what it learned late, only the audit is stored.</summary>
public sealed class FencingTests
{
    private const string TaskId = "task_x";

    [Fact]
    public Task LateTurn_OnSqlite_LeavesJournalAndConversationToItsHeir() => PlayAsync(null);

    [PostgresFact]
    public async Task LateTurn_OnPostgres_LeavesJournalAndConversationToItsHeir()
    {
        await using var database = await TestPostgres.CreateAsync();
        await PlayAsync(services => services.AddSingleton<CopilotDbFactory>(new PostgresCopilotDbFactory(database.Options)));
    }

    /// <summary>One specialist begins to write what another has kept, while that one waits to write it.</summary>
    [Fact]
    public async Task Write_WhileAnotherTookItsRows_EndsWhenTheyAreStored()
    {
        await using var copilot = await LumenCopilot.StartAsync(new ScriptedModel().Model);
        await using var reading = Open(copilot);
        using var record = await TurnRecord.OpenAsync(reading, copilot.Services.GetRequiredService<CopilotDbFactory>(), new TurnAudits(null, null), "conv_1", TaskId, null, new HandleMap(), copilot.Services.GetRequiredService<BusinessClock>(), default);
        Task writing;
        await using (var db = Open(copilot))
        await using (await db.BeginAsync(default))
        {
            record.Add(Step("1"), due: true);
            await record.BeginWriteIfDueAsync(default);
            record.Add(Step("2"), due: true);
            writing = record.WriteAsync(default);
            await record.BeginWriteIfDueAsync(default);
            writing.IsCompleted.ShouldBeFalse();
        }

        await writing;
        await using var after = Open(copilot);
        (await after.Steps.CountAsync(s => s.TaskId == TaskId)).ShouldBe(2);

        StepRow Step(string key) => new() { TenantId = copilot.Tenant.Id, TaskId = TaskId, Kind = TaskJournal.Model, Key = key, RequestHash = "", Content = "{}" };
    }

    /// <summary>Specialists side by side may come in another order when the task is run again.</summary>
    [Fact]
    public async Task StepOf_InAnotherOrderOfTheNextRun_IsAsItWas()
    {
        await using var copilot = await LumenCopilot.StartAsync(new ScriptedModel().Model);
        using (var first = await RecordAsync())
        {
            (await Task.WhenAll(Enumerable.Range(1, 8).Select(call => first.StepOfAsync("same", call, default)))).Distinct().ShouldHaveSingleItem();
            (await first.StepOfAsync("other", first.NextCall() + 8, default)).ShouldBe(9);
        }

        using var next = await RecordAsync();
        (await next.StepOfAsync("other", 1, default)).ShouldBe(9);
        (await next.StepOfAsync("same", 12, default)).ShouldBeInRange(1, 8);

        async Task<TurnRecord> RecordAsync()
        {
            await using var reading = Open(copilot);
            return await TurnRecord.OpenAsync(reading, copilot.Services.GetRequiredService<CopilotDbFactory>(), new TurnAudits(null, null), "conv_1", TaskId, null, new HandleMap(), copilot.Services.GetRequiredService<BusinessClock>(), default);
        }
    }

    private static async Task PlayAsync(Action<IServiceCollection>? with)
    {
        LumenCopilot? node = null;
        var model = new ScriptedModel(
            ScriptedModel.Call("search_policies", ("query", "refunds")),
            request =>
            {
                TakeOver(node!);
                return ScriptedModel.Say("Late words.")(request);
            },
            ScriptedModel.Say("The heir's words."));
        await using var copilot = node = await LumenCopilot.StartAsync(model.Model, with: with);
        await BeginAsync(copilot);
        var request = copilot.Request("@support what is our refund policy", task: TaskId) with { Attempt = 1 };

        await Should.ThrowAsync<HoldLostException>(() => copilot.RunAsync(request));

        await using (var db = Open(copilot))
        {
            (await db.Messages.CountAsync()).ShouldBe(0);
            (await db.Steps.Where(s => s.Kind == TaskJournal.Model).CountAsync()).ShouldBe(1, "only what was answered while it was held");
            (await db.Audit.CountAsync(a => a.Kind == "model.called")).ShouldBe(2, "what was asked is audited, whoever holds the task");
        }

        (await copilot.RunAsync(request with { Attempt = 2 })).Text.ShouldBe("The heir's words.");
        await using (var db = Open(copilot))
        {
            (await db.Messages.Select(m => m.Content).ToListAsync()).ShouldAllBe(c => !c.Contains("Late words."));
            (await db.Steps.Select(s => s.Content).ToListAsync()).ShouldAllBe(c => !c.Contains("Late words."));
            (await db.Messages.CountAsync(m => m.Content.Contains("heir"))).ShouldBe(1);
        }
    }

    private static async Task BeginAsync(LumenCopilot copilot)
    {
        await using var db = Open(copilot);
        db.Tasks.Add(new TaskRow
        {
            TenantId = copilot.Tenant.Id, Id = TaskId, Kind = TaskKinds.Chat, Status = TaskStates.Running, ConversationId = "conv_1", RequestedBy = "sam", Input = "{}",
            Attempts = 1, LeaseOwner = "a", AvailableAt = TaskLeases.AtOnce, CreatedAt = DateTimeOffset.UnixEpoch,
        });
        await db.SaveChangesAsync();
    }

    private static void TakeOver(LumenCopilot copilot)
    {
        using var db = Open(copilot);
        db.Tasks.Where(t => t.Id == TaskId).ExecuteUpdate(s => s.SetProperty(t => t.Attempts, 2).SetProperty(t => t.LeaseOwner, "b")).ShouldBe(1);
    }

    private static CopilotDb Open(LumenCopilot copilot) => copilot.Services.GetRequiredService<CopilotDbFactory>().Open(copilot.Tenant);
}
