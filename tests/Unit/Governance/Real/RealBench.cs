using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Unit.Governance.Fakes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Memory;
using BillingCopilot.Plugins;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using BillingCopilot.Unit.SandboxTests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>The real operations with all of governance over a sandbox: what people approve, and what the ledger then says.</summary>
internal sealed class RealBench : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<ServiceProvider> _nodes = [];
    private readonly string? _policy;
    private readonly IKnowledgeBase _knowledge;
    private int _tasks;

    private RealBench(SandboxFixture sandbox, string folder, string? policy, IKnowledgeBase knowledge) => (Sandbox, _folder, _policy, _knowledge) = (sandbox, folder, policy, knowledge);

    public static TenantContext Tenant { get; } = new("default", "acct_1SandboxTests000", false);

    public SandboxFixture Sandbox { get; }

    public Crash Crash { get; } = new();

    private MovedLeaseClock? _leases;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));

    public string Outbox => Path.Combine(_folder, "outbox");

    public ServiceProvider Node { get; private set; } = null!;

    public ProposalBook Book => Node.GetRequiredService<ProposalBook>();

    public ProposalExecutor Executor => Node.GetRequiredService<ProposalExecutor>();

    /// <param name="policy">Text of policy.yaml; null for the one that ships.</param>
    /// <param name="knowledge">Our policies' texts; null for none.</param>
    public static async Task<RealBench> StartAsync(string? policy = null, IKnowledgeBase? knowledge = null)
    {
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(root, "billingcopilot-real-" + Path.GetRandomFileName())).FullName;
        var bench = new RealBench(await SandboxFixture.StartAsync(), folder, policy, knowledge ?? new NoPolicies());
        bench.AddNode();
        await bench.Node.GetRequiredService<CopilotDbFactory>().MigrateAsync(default);
        return bench;
    }

    /// <summary>A process of its own on the same database; it becomes <see cref="Node"/>.</summary>
    /// <param name="outbox">A folder of its own for mails; null for the one that all share.</param>
    public ServiceProvider AddNode(string? outbox = null)
    {
        var options = new GovernanceOptions { Rollout = new() { SandboxMode = true }, Executor = new() { FirstBackoff = TimeSpan.Zero, WaitForOthers = TimeSpan.FromSeconds(20), PollEvery = TimeSpan.FromMilliseconds(5) } };
        if (_policy is not null)
        {
            options.PolicyFile = Path.Combine(_folder, "policy.yaml");
            File.WriteAllText(options.PolicyFile, _policy);
        }

        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<LeaseClock>(_leases ??= new MovedLeaseClock(Time));
        services.AddStorage(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        services.AddSingleton(_knowledge);
        services.AddGovernance(options);
        services.AddPlugins(
            new StripeConnections().Set(Tenant.Id, new StripeConnection(Sandbox.Server.BaseAddress, SandboxKeys.Read, SandboxKeys.Write)),
            new MailOptions { Outbox = outbox ?? Outbox, From = "billing@lumen.example" });
        services.AddStripeWriters();
        services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new CrashingHandler(Crash)));
        services.Replace(ServiceDescriptor.Singleton<IWriteClients>(s => new CrashingWriters(ActivatorUtilities.CreateInstance<WriteClients>(s), Crash)));
        Node = services.BuildServiceProvider();
        _nodes.Add(Node);
        return Node;
    }

    public Person Person(string id) => Node.GetRequiredService<PeopleDirectory>().Find(id)!;

    public async Task<Outcome<ProposalView>> TryProposeAsync(string operation, JsonObject arguments, string person = "sam") => RealOperation.All[operation].Undoes is { } undone
        ? await Node.GetRequiredService<ProposalEditor>().UndoAsync(Tenant, (await DoneAsync(undone, arguments)).Id, Person(person), null, default)
        : await Book.ProposeAsync(
        new ProposeRequest(Tenant, operation, arguments, Person(person), RealOperation.All[operation].ByHand ? ProposeRequest.ByHand : "support.v1", $"task_{++_tasks}", 0, "conv_1", "Because."), default);

    public async Task<ProposalView> ProposeAsync(string operation, JsonObject arguments, string person = "sam") => Ok(await TryProposeAsync(operation, arguments, person));

    public Task<Outcome<ProposalView>> TryApproveAsync(ProposalView proposal, string person = "ada") =>
        Node.GetRequiredService<DecisionDesk>().ApproveAsync(Tenant, proposal.Id, Person(person), proposal.Hash, "api", default);

    public async Task<ProposalView> DoneAsync(string operation, JsonObject arguments)
    {
        var proposal = await ProposeAsync(operation, arguments);
        Ok(await TryApproveAsync(proposal));
        return await Executor.ExecuteAsync(Tenant, proposal.Id, default);
    }

    /// <summary>Effects in the account's ledger that came with this proposal's key.</summary>
    public async Task<List<string>> EffectsAsync(ProposalView proposal)
    {
        var key = Run.KeyOf(Tenant, proposal.Id);
        return [.. (await Sandbox.EffectsAsync()).Where(e => ((string?)e!["idempotency_key"])?.StartsWith(key, StringComparison.Ordinal) == true).Select(e => (string)e!["effect"]!)];
    }

    /// <summary>A folder beside the outbox, for a node that has one of its own.</summary>
    public string Folder(string name) => Path.Combine(_folder, name);

    public bool Mailed(ProposalView proposal) => File.Exists(Path.Combine(Outbox, proposal.Id + ".eml"));

    /// <summary>Notes in the CRM that this proposal wrote.</summary>
    public async Task<int> NotesOfAsync(ProposalView proposal)
    {
        await using var db = Node.GetRequiredService<CopilotDbFactory>().Open(Tenant);
        return await db.Notes.CountAsync(n => n.ProposalId == proposal.Id);
    }

    public static async Task StopAsync(RealBench bench, string operation, bool stop) =>
        (await bench.Node.GetRequiredService<KillSwitches>().SetAsync(Tenant, operation, stop, bench.Person("ada"), null, default)).ShouldBeOfType<Outcome<KillSwitchView>.Ok>();

    public static ProposalView Ok(Outcome<ProposalView> outcome) =>
        outcome is Outcome<ProposalView>.Ok ok ? ok.Value : throw new ShouldAssertException(((Outcome<ProposalView>.Refused)outcome).Refusal.ToString());

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A knowledge base with nothing in it.</summary>
internal sealed class NoPolicies : IKnowledgeBase
{
    public Task<IngestReport> IngestAsync(TenantContext tenant, string directory, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Passage>> SearchAsync(TenantContext tenant, string query, string? kind, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Passage>>([]);
}

/// <summary>Kills the process at a point of a call: from then on nothing of it runs.</summary>
internal sealed class Crash
{
    private CancellationTokenSource? _kill;
    private bool _before;
    private string? _after;

    /// <summary>The answer to this call is lost once, after its effect.</summary>
    public string? Loses { get; set; }

    /// <summary>Runs when an operation opens a writer: after all its reads.</summary>
    public Func<Task>? AtOpening { get; set; }

    /// <summary>Runs when a request that writes is under way, in place of the network; may throw.</summary>
    public Func<Task>? OnTheWire { get; set; }

    /// <summary>Runs until the kill.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, bool before, string? after)
    {
        using var kill = new CancellationTokenSource();
        (_kill, _before, _after) = (kill, before, after);
        await Should.ThrowAsync<OperationCanceledException>(() => work(kill.Token));
        (_kill, _before, _after) = (null, false, null);
    }

    public void Opening()
    {
        if (_before)
        {
            Kill();
        }

        AtOpening?.Invoke().GetAwaiter().GetResult();
    }

    public Task SendingAsync(HttpRequestMessage request) => request.Method == HttpMethod.Get ? Task.CompletedTask : OnTheWire?.Invoke() ?? Task.CompletedTask;

    public void Answered(HttpRequestMessage request)
    {
        if (request.Method == HttpMethod.Post || request.Method == HttpMethod.Delete)
        {
            Answered(request.RequestUri!.AbsolutePath);
        }
    }

    public void Answered(string call)
    {
        if (Loses == call)
        {
            Loses = null;
            throw new HttpRequestException("cut");
        }

        if (_after is { } path && call.Contains(path, StringComparison.Ordinal))
        {
            Kill();
        }
    }

    private void Kill()
    {
        _kill!.Cancel();
        throw new OperationCanceledException(_kill.Token);
    }
}

internal sealed class CrashingHandler(Crash crash) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await crash.SendingAsync(request);
        var answer = await base.SendAsync(request, cancellationToken);
        crash.Answered(request);
        return answer;
    }
}

internal sealed class CrashingWriters(IWriteClients inner, Crash crash) : IWriteClients
{
    public TWriter Open<TWriter>(WriteGrant grant)
        where TWriter : class
    {
        crash.Opening();
        var writer = inner.Open<TWriter>(grant);
        return writer switch
        {
            ICrmWriter crm => (TWriter)(object)new CrashingCrm(crm, crash),
            IMailWriter mail => (TWriter)(object)new CrashingMail(mail, crash),
            _ => writer,
        };
    }

    public Refusal? Refuse(TenantContext tenant) => inner.Refuse(tenant);
}

/// <summary>A CRM whose process may die right after the note is there.</summary>
internal sealed class CrashingCrm(ICrmWriter inner, Crash crash) : ICrmWriter
{
    /// <summary>How <see cref="Crash"/> knows the call.</summary>
    public const string Call = "crm note";

    public async Task AddNoteAsync(string customerId, string text, CancellationToken cancellationToken)
    {
        await inner.AddNoteAsync(customerId, text, cancellationToken);
        crash.Answered(Call);
    }
}

/// <summary>A mail whose process may die right after it is there.</summary>
internal sealed class CrashingMail(IMailWriter inner, Crash crash) : IMailWriter
{
    /// <summary>How <see cref="Crash"/> knows the call.</summary>
    public const string Call = "mail";

    public async Task<bool> SendAsync(OutboundMail mail, CancellationToken cancellationToken)
    {
        var sent = await inner.SendAsync(mail, cancellationToken);
        crash.Answered(Call);
        return sent;
    }
}
