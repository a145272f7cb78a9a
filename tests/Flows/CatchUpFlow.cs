using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Flows.Support;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class CatchUpFlow
{
    private static readonly TenantContext Tenant = new("default", "", false);

    [Fact]
    public async Task EventsOfADowntime_AreTakenInAtTheNextStart_Once()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-catchup-").FullName;
        var (sandboxProcess, stripe) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0");
        await using var sandboxEnds = sandboxProcess;
        using var sandbox = new SandboxView(stripe.ToString());
        var failed = (await sandbox.TruthAsync(CancellationToken.None))["failed_invoices"]![0]!;
        var (first, _) = await StartAsync(folder, stripe);
        await UntilAsync(folder, async db => await db.ScheduleRuns.AnyAsync(r => r.FinishedAt != null));
        await first.KillAsync();
        var missed = (string)(await sandbox.EmitAsync("invoice.payment_failed", (string)failed["invoice"]!, CancellationToken.None))["id"]!;

        var (second, address) = await StartAsync(folder, stripe);
        await UntilAsync(folder, async db => await db.Tasks.AnyAsync(t => t.Kind == TaskKinds.Webhook && t.Status == TaskStates.Done));
        await UntilAsync(folder, async db => await db.ScheduleRuns.CountAsync(r => r.FinishedAt != null) == 2);

        await using (var db = Open(folder))
        {
            (await db.Inbox.CountAsync(e => e.EventId == missed)).ShouldBe(1);
            (await db.Proposals.CountAsync()).ShouldBe(1);
            (await db.ScheduleRuns.SumAsync(r => r.Found)).ShouldBe(1);
        }

        using (var http = new HttpClient { BaseAddress = address })
        {
            (await http.GetStringAsync("/metrics")).ShouldMatch("""billingcopilot_catchup_events\S*\{[^}]*tenant="default"[^}]*\} 1\b""");
        }

        await second.TerminateAsync();
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    private static Task<(CopilotProcess, Uri)> StartAsync(string folder, Uri stripe) =>
        CopilotProcess.StartAsync("Bot", folder, "--Urls", "http://127.0.0.1:0", "--Sandbox:Url", stripe.ToString());

    private static async Task UntilAsync(string folder, Func<CopilotDb, Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            await using (var db = Open(folder))
            {
                if (await holds(db))
                {
                    return;
                }
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static CopilotDb Open(string folder) => new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(folder, "data", "copilot.db") }).Open(Tenant);
}
