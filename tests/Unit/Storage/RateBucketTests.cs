using System.Diagnostics;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

public sealed class RateBucketTests : IDisposable
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("bucket-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Sqlite_AFullBucket_GivesItsContentsOnceAndFillsUpByTheDatabasesClock() =>
        KeepsAsync(new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") }));

    [PostgresFact]
    public async Task Postgres_AFullBucket_GivesItsContentsOnceAndFillsUpByTheDatabasesClock()
    {
        await using var database = await TestPostgres.CreateAsync();
        await KeepsAsync(new PostgresCopilotDbFactory(database.Options));
    }

    private static async Task KeepsAsync(CopilotDbFactory databases)
    {
        await databases.MigrateAsync(default);
        var clock = Stopwatch.StartNew();
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                Interlocked.Add(ref taken, await TakeAsync(databases, 100, perSecond: 1000) ? 100 : 0);
            }
        })));
        taken.ShouldBeInRange(100, 100 + (int)(1000 * clock.Elapsed.TotalSeconds));

        await SetAsync(databases, TimeSpan.FromSeconds(-3600), tokens: 0);
        (await TakeAsync(databases, 101, perSecond: 1000)).ShouldBeFalse("it holds no more, however long it was left alone");
        (await TakeAsync(databases, 100, perSecond: 1000)).ShouldBeTrue();

        // A clock that was set back by a day must not stop everything for a day.
        await SetAsync(databases, TimeSpan.FromHours(26), tokens: 5);
        (await TakeAsync(databases, 90, perSecond: 1000)).ShouldBeTrue();
        await using var db = databases.Open(Lumen);
        (await db.RateBuckets.SingleAsync()).FilledAt.ShouldBeLessThan(await db.UtcNowAsync(default) + TimeSpan.FromSeconds(1));
    }

    private static async Task<bool> TakeAsync(CopilotDbFactory databases, int wanted, int perSecond)
    {
        await using var db = databases.Open(Lumen);
        return await db.TakeTokensAsync("stripe", wanted, perSecond, perSecond / 10d, default);
    }

    private static async Task SetAsync(CopilotDbFactory databases, TimeSpan fromNow, double tokens)
    {
        await using var db = databases.Open(Lumen);
        var at = await db.UtcNowAsync(default) + fromNow;
        await db.RateBuckets.ExecuteUpdateAsync(s => s.SetProperty(r => r.FilledAt, at).SetProperty(r => r.Tokens, tokens));
    }
}
