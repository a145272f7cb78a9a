using System.Diagnostics;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
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
}
