using BillingCopilot.Agents.Prompts;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Storage.Sqlite;
using BillingCopilot.Unit.PluginsTests;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

/// <summary>Calls of the helpdesk about one ticket, in any order.</summary>
public sealed class TicketIntakeTests : IAsyncLifetime
{
    private static readonly TenantContext Tenant = new("lumen", "acct_1", false);
    private readonly string _folder = Directory.CreateTempSubdirectory("tickets-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 10, 10, 0, 0, 0, TimeSpan.Zero));
    private readonly SqliteCopilotDbFactory _databases;
    private readonly TicketIntake _intake;

    public TicketIntakeTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "prompts", "playbooks"));
        File.WriteAllText(Path.Combine(_folder, "prompts", "playbooks", "ticket.md"), "---\nname: ticket\nevents: [helpdesk.ticket.created]\nagent: support\nphase: assisted\n---\nDo.\n");
        _databases = new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        var tasks = new TaskIntake(_databases, _time, new IdSource(), PlaybookRegistry.Load(Path.Combine(_folder, "prompts"), ["support"]), new TaskSettings(), new NodeName("a"), new BusinessClock(_time));
        var queues = new QueueBook([new QueueRule("billing", [], ["tax"], [], []), new QueueRule("rest", [], [], [], [])]);
        _intake = new TicketIntake(_databases, tasks, new TicketRouting(queues, new FakeCrm()), _time, new IdSource(), new TaskSignal());
    }

    public Task InitializeAsync() => _databases.MigrateAsync(default);

    public Task DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Accept_ToldAgain_StaysInTheQueueIntoWhichAPersonMovedIt()
    {
        await AcceptAsync("call-1", "Our VAT number is missing.");
        (await RowAsync()).Queue.ShouldBe("billing");
        await MoveAsync("key_accounts");

        await AcceptAsync("call-2", "Our VAT number is missing, still.");
        (await RowAsync()).Queue.ShouldBe("key_accounts");

        await MoveAsync("");
        await AcceptAsync("call-3", "Our VAT number is missing, still.");
        (await RowAsync()).Queue.ShouldBe("billing", "one without a queue is put into one");
    }

    [Fact]
    public async Task Accept_ToldAgain_ChangesTheDayOfItsWordsOnlyWithThem()
    {
        await AcceptAsync("call-1", "Our VAT number is missing.");
        var (row, helpdesk) = (await RowAsync(), new LocalHelpdesk(_databases));
        _time.Advance(TimeSpan.FromDays(1));
        await AcceptAsync("call-2", "Our VAT number is missing.");
        (await helpdesk.ChangedAsync(Tenant, [row.Id], default)).ShouldBeEmpty();

        await AcceptAsync("call-3", "Our VAT number is missing. We cancel.");

        (await helpdesk.ChangedAsync(Tenant, [row.Id], default)).ShouldBe(new Dictionary<string, DateTimeOffset> { [row.Id] = _time.GetUtcNow() });
        (await RowAsync()).ReceivedAt.ShouldBe(row.ReceivedAt, "its place in the queue stays");
    }

    [Fact]
    public async Task Accept_OfATicketThatWasClosedBeforeItCame_IsStoredClosedWithoutATask()
    {
        await _intake.AcceptAsync(Tenant, new HelpdeskTicket("call-1", "N-1", "", "", "", "", null, Closed: true), default);
        _time.Advance(TimeSpan.FromMinutes(1));

        await AcceptAsync("call-2", "Our VAT number is missing.");

        (await RowAsync()).ClosedAt.ShouldBe(_time.GetUtcNow().AddMinutes(-1));
        await using var db = _databases.Open(Tenant);
        (await db.Tasks.CountAsync()).ShouldBe(0);
        (await _intake.AcceptAsync(Tenant, new HelpdeskTicket("call-2", "N-1", "S", "T", "", "", null), default)).ShouldBeFalse("the same call");
    }

    private Task<bool> AcceptAsync(string call, string words) => _intake.AcceptAsync(Tenant, new HelpdeskTicket(call, "N-1", "Question", words, "Mara", "", null), default);

    private async Task<TicketRow> RowAsync()
    {
        await using var db = _databases.Open(Tenant);
        return await db.Tickets.AsNoTracking().SingleAsync();
    }

    private async Task MoveAsync(string queue)
    {
        await using var db = _databases.Open(Tenant);
        await db.Tickets.ExecuteUpdateAsync(t => t.SetProperty(r => r.Queue, queue));
    }
}
