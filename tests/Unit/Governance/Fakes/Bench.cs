using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Governance;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace BillingCopilot.Unit.Governance.Fakes;

/// <summary>Governance over a real SQLite file and a far side in memory. Each node is a process of its own.</summary>
public sealed class Bench : IDisposable
{
    public const string Policy = """
        operations:
          credit_invoice:
            propose: [support, finance, admin]
            approve: [finance, admin]
            self_approval: false
            expiry: 24h
            second_approver_above: { usd: "200.00" }
            caps:
              per_customer_per_day: { usd: "300.00" }
          mail_credit:
            propose: [support, automation]
            approve: [operations, finance, admin]
            self_approval: true
            expiry: 30m
        """;

    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Root, Path.GetRandomFileName())).FullName;
    private readonly List<ServiceProvider> _nodes = [];

    private Bench()
    {
    }

    public static TenantContext Tenant { get; } = new("default", "acct_1", false);

    public static TenantContext OtherTenant { get; } = new("other", "acct_2", false);

    /// <summary>Memory where there is some: these tests wait for a great many commits.</summary>
    private static string Root => Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "billingcopilot-governance")).FullName;

    /// <summary>The guard that this composition lacks; null for all of them.</summary>
    public string? Without { get; set; }

    /// <summary>Where the audit log keeps its keys; null for none.</summary>
    public AuditOptions Log { get; set; } = new();

    /// <summary>What segments see of customers; null leaves them unread.</summary>
    public ICustomerFactsReader? Customers { get; set; }

    /// <summary>Operations besides the two; the policy has to name them.</summary>
    public Action<IServiceCollection>? More { get; set; }

    /// <summary>Where customers are; null leaves it unknown.</summary>
    public ICustomerZones? Zones { get; set; }

    /// <summary>Composes <see cref="FormCredit"/> as well, with its policy.</summary>
    public bool Form { get; set; }

    public string Folder => _folder;

    private MovedLeaseClock? _leases;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));

    public FarSide Far { get; } = new();

    public string PolicyText { get; set; } = Policy;

    public string RolloutText { get; set; } = "operations: { credit_invoice: assisted, mail_credit: assisted }";

    public string PeopleText { get; set; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Defaults", "people.yaml"));

    /// <summary>Name of the file that the next node reads its people from, and reads again when it changes.</summary>
    public string PeopleFile { get; set; } = "people.yaml";

    /// <summary>Null for a SQLite file of its own.</summary>
    public StorageOptions? Storage { get; set; }

    public ServiceProvider Node { get; private set; } = null!;

    public ProposalBook Book => Node.GetRequiredService<ProposalBook>();

    public DecisionDesk Desk => Node.GetRequiredService<DecisionDesk>();

    public ProposalExecutor Executor => Node.GetRequiredService<ProposalExecutor>();

    public AuditLog Audit => Node.GetRequiredService<AuditLog>();

    public string DatabasePath => Path.Combine(_folder, "copilot.db");

    public static async Task<Bench> StartAsync(Action<Bench>? prepare = null)
    {
        var bench = new Bench();
        prepare?.Invoke(bench);
        if (bench.Storage is null)
        {
            File.Copy(await Template.Value, bench.DatabasePath);
        }

        bench.Restart();
        await bench.Node.GetRequiredService<CopilotDbFactory>().MigrateAsync(default);
        return bench;
    }

    /// <summary>A new process on the same database; it becomes <see cref="Node"/>.</summary>
    public ServiceProvider Restart()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<LeaseClock>(_leases ??= new MovedLeaseClock(Time));
        services.AddSingleton(Far);
        services.AddSingleton<IWriteClients>(Far);
        services.AddStorage(Storage ?? new StorageOptions { Path = DatabasePath });
        if (Without is { } missing)
        {
            services.AddSingleton(s => GuardList.Compose(s.GetRequiredService<ProposeGuards>(), s.GetRequiredService<DecideGuards>(), s.GetRequiredService<ActGuards>(), s.GetRequiredService<ExecuteGuards>()).Without(missing));
        }

        if (Customers is not null)
        {
            services.AddSingleton(Customers);
        }

        if (Zones is not null)
        {
            services.AddSingleton(Zones);
        }

        services.AddGovernance(Options());
        services.AddOperation<CreditInvoice, CreditArguments>();
        services.AddOperation<MailCredit, CreditArguments>();
        More?.Invoke(services);
        if (Form)
        {
            services.AddOperation<FormCredit, CreditArguments>();
        }

        Node = services.BuildServiceProvider();
        _nodes.Add(Node);
        return Node;
    }

    public static JsonObject Arguments(string invoice = "in_1", string amount = "120.00 USD") => new() { ["invoice"] = invoice, ["amount"] = amount };

    public Person Person(string id) => Node.GetRequiredService<PeopleDirectory>().Find(id)!;

    public Task<Outcome<ProposalView>> TryProposeAsync(Func<ProposeRequest, ProposeRequest>? change = null)
    {
        var request = new ProposeRequest(Tenant, "credit_invoice", Arguments(), Person("sam"), "support.v1", "task_1", 1, "conv_1", "The customer asked.");
        return Book.ProposeAsync(change?.Invoke(request) ?? request, default);
    }

    public async Task<ProposalView> ProposeAsync(Func<ProposeRequest, ProposeRequest>? change = null) => Ok(await TryProposeAsync(change));

    public Task<Outcome<ProposalView>> TryApproveAsync(ProposalView proposal, string person = "frank") =>
        Desk.ApproveAsync(Tenant, proposal.Id, Person(person), proposal.Hash, "console", default);

    public async Task<ProposalView> ApprovedAsync(Func<ProposeRequest, ProposeRequest>? change = null)
    {
        var proposal = await ProposeAsync(change);
        return Ok(await TryApproveAsync(proposal));
    }

    public Task<ProposalView> ExecuteAsync(ProposalView proposal) => Executor.ExecuteAsync(Tenant, proposal.Id, default);

    public CopilotDb Open(TenantContext? tenant = null) => Node.GetRequiredService<CopilotDbFactory>().Open(tenant ?? Tenant);

    public static ProposalView Ok(Outcome<ProposalView> outcome) => outcome.ShouldBeOfType<Outcome<ProposalView>.Ok>().Value;

    public static Refusal Refused(Outcome<ProposalView> outcome) => outcome.ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal;

    public void Dispose()
    {
        _nodes.ForEach(n => n.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>An empty database at the newest migration: copied, since migrating takes longer than most tests.</summary>
    private static async Task<string> MakeTemplateAsync()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("governance-template-").FullName, "copilot.db");
        await new BillingCopilot.Storage.Sqlite.SqliteCopilotDbFactory(new StorageOptions { Path = path }).MigrateAsync(default);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        return path;
    }

    private GovernanceOptions Options() => new()
    {
        Audit = Log,
        PeopleFile = Write(PeopleFile, PeopleText),
        PolicyFile = Write("policy.yaml", PolicyText),
        Rollout = new RolloutOptions { File = Write("rollout.yaml", RolloutText) },
        Executor = new() { FirstBackoff = TimeSpan.Zero, WaitForOthers = TimeSpan.Zero },
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
