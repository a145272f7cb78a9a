using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

/// <summary>What one node tells arrives at the other, with its connection for it, without it, and after it was cut.</summary>
public sealed class NodeNewsTests
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TaskSettings Settings = new() { PollSeconds = 1 };

    [PostgresFact]
    public async Task Told_ByAnotherNode_IsHeard_AndAgainAfterTheConnectionWasCut()
    {
        await using var database = await TestPostgres.CreateAsync();
        var databases = new PostgresCopilotDbFactory(database.Options);
        await databases.MigrateAsync(default);
        var (telling, hearing) = (new ProposalFeed(), new ProposalFeed());
        using var heard = new SemaphoreSlim(0);
        hearing.OnChanged += () => heard.Release();
        using var first = News(databases, telling, "a");
        using var second = News(databases, hearing, "b");
        await first.StartAsync(default);
        await second.StartAsync(default);

        await UntilHeardAsync(telling, heard);
        await using (var db = databases.Open(Lumen))
        {
            await db.Database.ExecuteSqlRawAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }

        // What was told meanwhile is lost; the look after the cut makes up for it, and then it is heard again.
        await UntilHeardAsync(telling, heard);
        await first.StopAsync(default);
        await second.StopAsync(default);
    }

    [PostgresFact]
    public async Task Stream_OfAnotherNodeThatCannotTell_ArrivesByLooking()
    {
        await using var database = await TestPostgres.CreateAsync();
        var databases = new PostgresCopilotDbFactory(database.Options);
        await databases.MigrateAsync(default);
        var task = new TaskRow
        {
            TenantId = Lumen.Id, Id = "task_1", Kind = TaskKinds.Chat, Status = TaskStates.Running, ConversationId = "conv_1", RequestedBy = "sam", Input = "{}",
            Attempts = 1, AvailableAt = TaskLeases.AtOnce, CreatedAt = DateTimeOffset.UnixEpoch,
        };
        await using (var db = databases.Open(Lumen))
        {
            db.Tasks.Add(task);
            await db.SaveChangesAsync();
        }

        // Neither node's news runs: nothing is told, nothing is heard.
        using var deaf = News(databases, new ProposalFeed(), "b");
        using var mute = News(databases, new ProposalFeed(), "a");
        using var limit = new CancellationTokenSource(Limit);
        var reading = ReadAsync(new TurnStreams(databases, deaf, Settings, TimeProvider.System), limit.Token);
        var writing = await new TurnStreams(databases, mute, Settings, TimeProvider.System).WriteAsync(Lumen, task, default);
        await writing.EndAsync("The model is away.");

        (await reading).ShouldHaveSingleItem().ShouldBe("failed");
    }

    private static async Task<List<string>> ReadAsync(TurnStreams streams, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var e in streams.ReadAsync(Lumen, "task_1", 0, cancellationToken))
        {
            names.Add(e.Name);
        }

        return names;
    }

    /// <summary>Tells until it is heard: a node hears from the moment on at which it listens.</summary>
    private static async Task UntilHeardAsync(ProposalFeed telling, SemaphoreSlim heard)
    {
        while (heard.CurrentCount > 0)
        {
            await heard.WaitAsync();
        }

        using var limit = new CancellationTokenSource(Limit);
        do
        {
            telling.Changed();
        }
        while (!await heard.WaitAsync(TimeSpan.FromMilliseconds(200), limit.Token));
    }

    private static NodeNews News(CopilotDbFactory databases, ProposalFeed feed, string node) => new(
        databases, new TenantList([new Tenant(Lumen, new StripeSettings(), new AuthSettings(), IsSandbox: false)]), feed, new NodeName(node), Settings, TimeProvider.System, NullLogger<NodeNews>.Instance);
}
