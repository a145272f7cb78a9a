using BillingCopilot.Agents;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Identity;
using BillingCopilot.Bot.Mcp;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Bot.WebConsole;
using BillingCopilot.Governance;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Memory;
using BillingCopilot.Plugins;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace BillingCopilot.Bot.Hosting;

/// <summary>The whole composition on one screen: what there is, and in what order a request meets it.</summary>
internal static class Composition
{
    public static WebApplication Build(CopilotSettings settings, TenantList tenants, HostShape shape, TimeProvider time)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
        builder.WebHost.UseSetting("ForwardedHeaders_Enabled", "false").UseUrls(settings.Urls).ConfigureKestrel(k => k.AddServerHeader = false);
        builder.Logging.ClearProviders().AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // What fails at the start is said once, by the command that started it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Logging.AddFilter("BillingCopilot.Memory", LogLevel.Warning);
        builder.Logging.AddFilter("BillingCopilot", shape.Quiet ? LogLevel.Warning : LogLevel.Information);
        var sandbox = tenants.All.All(t => t.IsSandbox);

        var services = builder.Services;
        services.AddSingleton(settings).AddSingleton(settings.Tasks).AddSingleton(tenants).AddSingleton(time);
        services.AddSingleton(NodeName.OfThisProcess(time)).AddSingleton(Ids.From(shape.Seed));
        services.AddStorage(new StorageOptions { Provider = settings.Database.Provider, Path = settings.Database.Path, ConnectionString = settings.Database.ConnectionString });
        services.AddMemory(new MemoryOptions { Path = settings.Memory.Path });
        services.AddGovernance(Governance(settings, sandbox));
        services.AddPlugins(Connections(tenants), new MailOptions { Outbox = settings.Mail.Outbox, From = settings.Mail.From });
        services.AddStripeWriters();
        services.AddAgents(new AgentOptions
        {
            PromptsPath = settings.Policy.Prompts ?? Path.Combine(AppContext.BaseDirectory, "prompts"),
            ActivateNewPrompts = sandbox,
            Model = settings.Model,
        });
        services.AddSingleton<TaskSignal>().AddSingleton<TaskIntake>().AddSingleton<TicketIntake>().AddSingleton<TaskLeases>().AddSingleton<TaskRunner>();
        services.AddSingleton<PlaybookTurns>().AddSingleton<ChatTurns>().AddSingleton<ChatHistory>().AddSingleton<Decisions>().AddSingleton<DecisionNews>().AddSingleton<AfterTurn>().AddSingleton<ProposalFeed>().AddSingleton<SandboxClock>();
        services.AddSingleton<WebhookVerifier>().AddSingleton<StartUp>().AddSingleton<EffectiveSettings>().AddSingleton<SuggestedQuestions>().AddSingleton<HealthChecks>();
        services.AddCopilotIdentity();
        services.AddSingleton<ApiGate>();
        services.AddCopilotMcp();
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(settings.Auth.Keys)).SetApplicationName("BillingCopilot");
        services.AddSingleton<IConsoleBackend, ConsoleBackend>();
        services.AddConsole();
        if (shape.Listen)
        {
            services.AddHostedService<TaskWorker>();
            services.AddHostedService<AuditKeeper>();
        }

        shape.Services?.Invoke(services);
        var app = builder.Build();
        app.UseApiErrors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapCopilotMcp();
        app.MapConsole();
        app.MapStripeWebhook();
        app.MapHelpdeskWebhook();
        app.MapLocalPicker();
        app.MapHealth();
        var api = app.MapGroup("/api").AddEndpointFilter<ApiGate>().DisableAntiforgery();
        api.MapChat();
        api.MapProposals();
        api.MapControls();
        return app;
    }

    private static GovernanceOptions Governance(CopilotSettings settings, bool sandbox) => new()
    {
        PeopleFile = PolicyFile(settings, "people.yaml"),
        PolicyFile = PolicyFile(settings, "policy.yaml"),
        Rollout = new RolloutOptions { File = settings.Policy.Profile is null ? PolicyFile(settings, "rollout.yaml") : null, Profile = settings.Policy.Profile, SandboxMode = sandbox },
        Audit = new AuditOptions { Node = settings.Audit.Node, KeyFolder = settings.Audit.Keys ?? settings.Auth.Keys, AnchorFile = settings.Audit.Anchors, ContentDays = settings.Audit.ContentDays },
        Executor = new ExecutorOptions { Lease = TimeSpan.FromSeconds(settings.Tasks.LeaseSeconds) },
    };

    private static string? PolicyFile(CopilotSettings settings, string name) =>
        settings.Policy.Path is null ? null : Path.Combine(settings.Policy.Path, name);

    private static StripeConnections Connections(TenantList tenants) => tenants.All.Aggregate(new StripeConnections(), (all, t) => all.Set(
        t.Context.Id,
        new StripeConnection(new Uri(t.Stripe.ApiBase), t.Stripe.ReadKey!, t.Stripe.WriteKey, t.Stripe.Keys, observeClock: t.IsSandbox, t.Stripe.RequestsPerSecond)));
}
