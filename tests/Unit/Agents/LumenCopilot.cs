using BillingCopilot.Agents;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Memory;
using BillingCopilot.Plugins;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>The specialists over a real sandbox of world lumen, its policies and a database; the rules model unless another is given.</summary>
internal sealed class LumenCopilot : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lumen").FullName;
    private readonly SandboxServer _sandbox;
    private int _turns;

    private LumenCopilot(SandboxServer sandbox) => _sandbox = sandbox;

    public ServiceProvider Services { get; private set; } = null!;

    public TenantContext Tenant { get; private set; } = null!;

    public SandboxServer Sandbox => _sandbox;

    /// <summary>Where its databases lie.</summary>
    public string Folder => _folder;

    public static async Task<LumenCopilot> StartAsync(ChatModel? model = null, int seed = 1, string size = "small", Action<IServiceCollection>? with = null)
    {
        var sandbox = await SandboxServer.StartAsync(new SandboxOptions { Seed = seed, Size = size, CacheDirectory = Worlds.SeededWorlds.Folder }, TimeProvider.System);
        var copilot = new LumenCopilot(sandbox);
        await copilot.ComposeAsync(model, with);
        return copilot;
    }

    public Person Person(string id) => id == Automation.Id ? Automation : Services.GetRequiredService<PeopleDirectory>().Find(id)!;

    private static Person Automation => BillingCopilot.Governance.People.Person.Automation;

    public TurnRequest Request(string text, string conversation = "conv_1", string person = "sam", string? task = null) =>
        new(Tenant, Person(person), conversation, task ?? $"task_{++_turns}", text);

    public Task<TurnAnswer> AskAsync(string text, string conversation = "conv_1", string person = "sam") => RunAsync(Request(text, conversation, person));

    public Task<TurnAnswer> RunAsync(TurnRequest request, Func<TurnEvent, ValueTask>? onEvent = null) =>
        Services.GetRequiredService<TurnRunner>().RunAsync(request, onEvent, CancellationToken.None);

    /// <summary>Runs a playbook for an object, as the webhook worker would.</summary>
    public Task<TurnAnswer> PlaybookAsync(string name, ObjectRef subject) => RunAsync(PlaybookRequest(name, [subject]));

    public TurnRequest PlaybookRequest(string name, IReadOnlyList<ObjectRef> subjects)
    {
        var playbook = Services.GetRequiredService<PlaybookRegistry>().Find(name)!;
        return new TurnRequest(Tenant, Person("automation"), $"conv_{name}", $"task_{++_turns}", playbook.Instructions, playbook.Agent, name, subjects)
        {
            Gather = playbook.Gather(Services.GetRequiredService<BusinessClock>().UtcNow),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ComposeAsync(ChatModel? model, Action<IServiceCollection>? with)
    {
        var world = _sandbox.World;
        Tenant = new TenantContext("default", world.Account.AccountId, Livemode: false);
        var services = new ServiceCollection();
        services.AddStorage(new StorageOptions { Path = Path.Combine(_folder, "copilot.db") });
        services.AddMemory(new MemoryOptions { Path = Path.Combine(_folder, "memory.db") });
        services.AddGovernance(new GovernanceOptions { Rollout = new RolloutOptions { SandboxMode = true } });
        services.AddPlugins(
            new StripeConnections().Set(Tenant.Id, new StripeConnection(_sandbox.BaseAddress, SandboxKeys.Read, SandboxKeys.Write, observeClock: true)),
            new MailOptions { Outbox = Path.Combine(_folder, "outbox") });
        services.AddStripeWriters();
        if (model is not null)
        {
            services.AddSingleton(model);
        }

        services.AddAgents(new AgentOptions { ActivateNewPrompts = true });
        with?.Invoke(services);
        Services = services.BuildServiceProvider();
        await PrepareAsync(world);
    }

    private async Task PrepareAsync(BillingCopilot.Sandbox.Worlds.World world)
    {
        var databases = Services.GetRequiredService<CopilotDbFactory>();
        await databases.MigrateAsync(CancellationToken.None);
        var clock = Services.GetRequiredService<BusinessClock>();
        clock.Observe(world.Now);
        await using (var db = databases.Open(Tenant))
        {
            await Services.GetRequiredService<PromptRegistry>().RecordAsync(db, activateNew: true, stopOnChange: true, clock.UtcNow, CancellationToken.None);
        }

        foreach (var document in world.Documents)
        {
            var path = Path.Combine(_folder, "documents", document.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, document.Text);
        }

        await Services.GetRequiredService<IKnowledgeBase>().IngestAsync(Tenant, Path.Combine(_folder, "documents"), CancellationToken.None);
    }
}
