using System.Diagnostics;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Flows.Support;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>What becomes of a task when its process is stopped or killed. All settings are the defaults.</summary>
public sealed class StopFlow : IAsyncLifetime
{
    private static readonly TenantContext Tenant = new("default", "", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("billingcopilot-stop-").FullName;
    private CopilotProcess? _sandbox;
    private Uri? _stripe;
    private SandboxView? _view;

    public async Task InitializeAsync()
    {
        (_sandbox, _stripe) = await CopilotProcess.StartAsync("Sandbox", _folder, "--port", "0");
        _view = new SandboxView(_stripe.ToString());
    }

    public async Task DisposeAsync()
    {
        _view?.Dispose();
        await _sandbox!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Sigkill_AnotherNodeTakesTheTaskOverWithin15Seconds_AndItProposesOnce()
    {
        var first = await StartAsync();
        await StartTaskThatHangsAsync(seconds: 120);
        await using var second = await StartAsync();

        await first.KillAsync();
        var clock = Stopwatch.StartNew();
        await UntilAsync(t => t.Attempts >= 2);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));

        await UntilAsync(t => t.Status == TaskStates.Done);
        await using var db = Open();
        (await db.Proposals.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Sigterm_WhileATaskRunsShortly_LetsItEnd()
    {
        await using var process = await StartAsync();
        await StartTaskThatHangsAsync(seconds: 0);
        await UntilAsync(t => t.Status == TaskStates.Done);
        await StartTaskThatHangsAsync(seconds: 2, which: 1);

        var (exitCode, took) = await process.TerminateAsync();

        took.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        exitCode.ShouldBe(0);
        (await TaskAsync())!.Status.ShouldBe(TaskStates.Done);
    }

    [Fact]
    public async Task Sigterm_WhileATaskHangs_GivesItBackWithin10Seconds()
    {
        await using (var process = await StartAsync())
        {
            await StartTaskThatHangsAsync(seconds: 120);
            var (exitCode, took) = await process.TerminateAsync();
            took.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            exitCode.ShouldBe(0);
        }

        var left = (await TaskAsync())!;
        (left.Status, left.LeaseOwner).ShouldBe((TaskStates.Queued, null));
        await using var next = await StartAsync();
        await UntilAsync(t => t.Status == TaskStates.Done);
    }

    private async Task<CopilotProcess> StartAsync() =>
        (await CopilotProcess.StartAsync("Bot", _folder, "--Urls", "http://127.0.0.1:0", "--Sandbox:Url", _stripe!.ToString())).Process;

    /// <summary>Lets a payment fail; Stripe then answers the task's first look at the invoice only after a while.</summary>
    private async Task StartTaskThatHangsAsync(int seconds, int which = 0)
    {
        var before = (await TaskAsync())?.Id;
        var failed = (await _view!.TruthAsync(CancellationToken.None))["failed_invoices"]![which]!;
        await _view!.FaultAsync($"GET /v1/invoices/{failed["invoice"]}", "slow", seconds * 1000, CancellationToken.None);
        await _view.EmitAsync("invoice.payment_failed", (string)failed["invoice"]!, CancellationToken.None);
        await UntilAsync(t => t.Id != before && t.Status != TaskStates.Queued);
    }

    private async Task UntilAsync(Func<TaskRow, bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await TaskAsync() is not { } task || !holds(task))
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>The latest that an event started.</summary>
    private async Task<TaskRow?> TaskAsync()
    {
        await using var db = Open();
        return await db.Tasks.AsNoTracking().Where(t => t.Kind == TaskKinds.Webhook).OrderByDescending(t => t.CreatedAt).FirstOrDefaultAsync();
    }

    private CopilotDb Open() => new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "data", "copilot.db") }).Open(Tenant);
}
