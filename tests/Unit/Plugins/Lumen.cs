using BillingCopilot.Billing.Disputes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Plugins;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.SemanticKernel;
using Stripe;
using Person = BillingCopilot.Governance.People.Person;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>One sandbox for tests that only read.</summary>
public sealed class SharedLumen : IAsyncLifetime
{
    internal Lumen Lumen { get; private set; } = null!;

    public async Task InitializeAsync() => Lumen = await Lumen.StartAsync();

    public async Task DisposeAsync() => await Lumen.DisposeAsync();
}

/// <summary>The plugins over a sandbox of world lumen.</summary>
internal sealed class Lumen : IAsyncDisposable
{
    private readonly SandboxServer _server;
    private readonly HttpClient _control;
    private readonly ServiceProvider _services;

    private Lumen(SandboxServer server, DelegatingHandler? handler, MailOptions? mail)
    {
        _server = server;
        _control = new HttpClient { BaseAddress = server.BaseAddress };
        var connections = new StripeConnections().Set(
            Tenant.Id, new StripeConnection(server.BaseAddress, SandboxKeys.Read, SandboxKeys.Write, observeClock: true));
        var services = new ServiceCollection()
            .AddSingleton(new BusinessClock(new FakeTimeProvider(server.World.Now)))
            .AddSingleton<IKnowledgeBase>(new TwoPassages())
            .AddSingleton<IHelpdesk>(Helpdesk)
            .AddSingleton<ICrm>(Crm)
            .AddSingleton(Policies)
            .AddPlugins(connections, (mail ?? new MailOptions()) with { Outbox = Outbox, From = "billing@lumen.example", FromName = "Lumen Billing" })
            .AddStripeWriters();
        if (handler is not null)
        {
            services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => handler));
        }

        _services = services.BuildServiceProvider();
    }

    /// <summary>What contesting a dispute costs, and our own deadline.</summary>
    private static PolicyBook Policies { get; } = new(
        new Dictionary<string, OperationPolicy>(StringComparer.Ordinal)
        {
            ["submit_dispute_evidence"] = new("submit_dispute_evidence", [], [], false, TimeSpan.FromDays(3), null, null)
            {
                Contest = new ContestTerms(3, new Dictionary<string, Money>(), new Dictionary<string, Money> { ["usd"] = new(1_500, "usd") }),
            },
        },
        "test") { Queues = QueueBook.Read(ConfigFile.Parse("policy.yaml", System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Defaults", "policy.yaml"))).Find("queues")) };

    /// <summary>Reads every queue.</summary>
    private static Person Everybody { get; } = new("ada", "Ada", ["support", "operations", "finance", "admin"]);

    public static TenantContext Tenant { get; } = new("default", "acct_test", false);

    public string Outbox { get; } = Directory.CreateTempSubdirectory("outbox").FullName;

    public FakeHelpdesk Helpdesk { get; } = new();

    public FakeCrm Crm { get; } = new();

    public Uri Address => _server.BaseAddress;

    /// <summary>With every right, for looking at what came of something.</summary>
    public StripeClient Stripe => new(new StripeClientOptions { ApiKey = SandboxKeys.Admin, ApiBase = Address.GetLeftPart(UriPartial.Authority) });

    public JsonObject Truth => _server.World.Truth;

    public BusinessClock Clock => Get<BusinessClock>();

    public static async Task<Lumen> StartAsync(DelegatingHandler? handler = null, int seed = 1, MailOptions? mail = null) =>
        new(await SandboxServer.StartAsync(new SandboxOptions { Seed = seed, CacheDirectory = Worlds.SeededWorlds.Folder }, new FakeTimeProvider(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero))), handler, mail);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public JsonObject Planted(string list, int index = 0) => Truth[list]![index]!.AsObject();

    /// <summary>A read tool's result as a model would see it, with real ids in place of handles.</summary>
    public Task<JsonObject> CallAsync(string tool, params (string Name, object? Value)[] arguments) => CallAsAsync(Everybody, tool, arguments);

    /// <summary>The same for a person of these roles; null where nobody is at the keyboard.</summary>
    public async Task<JsonObject> CallAsAsync(Person? asker, string tool, params (string Name, object? Value)[] arguments)
    {
        var function = Get<ToolCatalog>().CreateReadTools(new ToolScope(Tenant, "support", asker), [tool]).Single();
        var bound = new KernelArguments(arguments.ToDictionary(a => a.Name, a => a.Value));
        var result = await function.InvokeAsync(new Kernel(), bound);
        return ToolJson.Of(result.GetValue<object>()!);
    }

    public static WriteGrant Grant(string proposal = "prop_1", IReadOnlyDictionary<string, string>? approved = null) =>
        new WriteGrant(Tenant, proposal, "test", "key_" + proposal, "fiona", "support.v1", approved ?? new Dictionary<string, string>()).For(_ => Task.FromResult<Refusal?>(null));

    public IWriteClients Writers => Get<IWriteClients>();

    public async Task FaultAsync(string match, string kind, int times = 1)
    {
        using var answer = await _control.PostAsJsonAsync("_sandbox/faults", new { match, kind, times });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Lets the sandbox's time go on, such as <c>33d</c>.</summary>
    public async Task AdvanceAsync(string by)
    {
        using var answer = await _control.PostAsJsonAsync("_sandbox/clock", new { advance = by });
        answer.EnsureSuccessStatusCode();
    }

    public async Task<JsonArray> EffectsAsync() => (await _control.GetFromJsonAsync<JsonObject>("_sandbox/ledger"))!["effects"]!.AsArray();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _control.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Outbox, recursive: true);
    }

    private sealed class TwoPassages : IKnowledgeBase
    {
        public Task<IngestReport> IngestAsync(TenantContext tenant, string directory, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Passage>> SearchAsync(TenantContext tenant, string query, string? kind, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Passage>>([new Passage(kind!, kind == "ticket" ? "tickets/refunds.md" : "policies/refunds.md", "Refunds", "Window", "Refunds are given within 30 days.", 1)]);
    }
}
