using System.Diagnostics;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Storage;

public sealed class SharedPaceTests : IDisposable
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("pace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two nodes on one database take from one bucket: together they are no faster than one alone may be.</summary>
    [Fact]
    public async Task Wait_OfTwoNodes_KeepsToOneLimit()
    {
        const int Requests = 16, PerSecond = 20;
        CopilotDbFactory databases = new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        await databases.MigrateAsync(default);
        var limits = StripeLimits.Of(livemode: false, PerSecond);
        var nodes = new[] { new SharedPace(() => databases.Open(Lumen), limits, TimeProvider.System), new SharedPace(() => databases.Open(Lumen), limits, TimeProvider.System) };
        var clock = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => Task.Run(() => nodes[i % 2].WaitAsync(new Uri("https://api.stripe.com/v1/invoices"), default))));

        // Only slower is possible: the bucket holds two, the rest has to come in.
        clock.Elapsed.TotalSeconds.ShouldBeGreaterThan((Requests - StripeLimits.CapacityOf(PerSecond) - 1) / PerSecond);
    }

    /// <summary>Stripe counts an account's requests, not ours of a tenant: two tenants on one account share its pace, also over the database.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pace_OfTenantsOnOneAccount_IsOne(bool shared)
    {
        CopilotDbFactory databases = new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        await databases.MigrateAsync(default);
        var limits = StripeLimits.Of(livemode: false, null);
        var (paces, others) = (new AccountPaces(shared ? () => databases : null, TimeProvider.System), new AccountPaces(shared ? () => databases : null, TimeProvider.System));
        var first = paces.For(Lumen, limits);

        paces.For(Lumen with { Id = "second" }, limits).ShouldBeSameAs(first);
        paces.For(Lumen with { Id = "third", Account = "acct_2" }, limits).ShouldNotBeSameAs(first);
        paces.For(Lumen with { Livemode = true }, limits).ShouldNotBeSameAs(first);
        if (shared)
        {
            await first.WaitAsync(new Uri("https://api.stripe.com/v1/invoices"), default);
            await others.For(Lumen with { Id = "second" }, limits).WaitAsync(new Uri("https://api.stripe.com/v1/invoices"), default);
            await using var db = databases.Open(Lumen);
            (await db.RateBuckets.IgnoreQueryFilters().CountAsync(b => b.Name == "stripe")).ShouldBe(1, "one bucket for both tenants and both nodes");
        }
    }

    [Fact]
    public void Slowest_OfTenantsOnOneAccount_HoldsForAll()
    {
        Tenant Of(string id, string account, int? pace) => new(new TenantContext(id, account, false), new StripeSettings { RequestsPerSecond = pace }, new AuthSettings(), IsSandbox: false);
        Tenant[] all = [Of("a", "acct_1", null), Of("b", "acct_1", 5), Of("c", "acct_2", null), Of("d", "acct_1", 50)];

        all.Select(t => AccountPaces.Slowest(all, t)).ShouldBe([5, 5, null, 5]);
    }
}
