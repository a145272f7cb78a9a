using BillingCopilot.Agents;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Cards;
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
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using OpenTelemetry.Metrics;

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
        services.AddStorage(new StorageOptions { Provider = settings.Database.Provider, Path = settings.Database.Path, ConnectionString = settings.Database.ConnectionString, Failpoints = shape.Failpoints });
        services.AddMemory(new MemoryOptions { Path = settings.Memory.Path });
        services.AddGovernance(Governance(settings, sandbox));
        CopilotDbFactory? databases = null;
        services.AddPlugins(Connections(tenants, settings, () => databases!, time), Mail(settings.Mail));
        services.AddStripeWriters();
        services.AddAgents(new AgentOptions
        {
            PromptsPath = settings.Policy.Prompts ?? Path.Combine(AppContext.BaseDirectory, "prompts"),
            ActivateNewPrompts = sandbox,
            Model = settings.Model,
            Limits = settings.Agents,
        });
        services.Configure<HostOptions>(o =>
        {
            // The drain's limit and time to close: a stop is over within 10 s, open pages or not.
            o.ShutdownTimeout = TimeSpan.FromSeconds(9);
            o.ServicesStopConcurrently = true;
        });
        services.AddSingleton<Schedules>().AddSingleton<CatchUp>().AddSingleton<Drain>().AddSingleton<DeadLetters>();
        services.AddSingleton<TaskSignal>().AddSingleton<TaskIntake>().AddSingleton<TicketIntake>().AddSingleton<TaskLeases>().AddSingleton<TaskBudget>().AddSingleton<TaskRunner>();
        services.AddSingleton<PlaybookTurns>().AddSingleton<ChatTurns>().AddSingleton<ChatHistory>().AddSingleton<TurnStreams>().AddSingleton<NodeNews>().AddSingleton<Decisions>().AddSingleton<ProposalSight>().AddSingleton<TicketQueues>().AddSingleton<DecisionNews>().AddSingleton<AfterTurn>().AddSingleton<ProposalFeed>().AddSingleton<SandboxClock>();
        services.AddSingleton<WebhookVerifier>().AddSingleton<WebhookVersions>().AddSingleton<EventIntake>();
        services.AddSingleton<StartUp>().AddSingleton<EffectiveSettings>().AddSingleton<SuggestedQuestions>().AddSingleton<HealthChecks>();
        services.AddOpenTelemetry().WithMetrics(m => m.AddMeter(CatchUp.MeterName).AddPrometheusExporter());
        services.AddCopilotIdentity();
        services.AddSingleton<ApiGate>().AddSingleton<CardButtons>();
        services.AddCopilotMcp();
        AddKeys(services, settings, tenants);
        services.AddSingleton<IConsoleBackend, ConsoleBackend>();
        services.AddConsole();
        if (shape.Listen)
        {
            services.AddHostedService<TaskWorker>();
            services.AddHostedService(s => s.GetRequiredService<NodeNews>());
            services.AddHostedService<AuditKeeper>();
            if (shape.Keep)
            {
                services.AddHostedService<Scheduler>();
            }
        }

        if (shape.Failpoints is { } failpoints)
        {
            services.ConfigureHttpClientDefaults(c => c.AddHttpMessageHandler(() => new FailpointHandler(failpoints)));
        }

        shape.Services?.Invoke(services);
        var app = builder.Build();
        databases = app.Services.GetRequiredService<CopilotDbFactory>();
        app.UseApiErrors();
        app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == "/metrics" && MetricsGate.Admits(http, settings, tenants));
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
        api.MapCards();
        api.MapTickets();
        api.MapBillingForm();
        api.MapControls();
        return app;
    }

    /// <summary>Nodes that share a database share its keys; a single one has them in its folder.</summary>
    private static void AddKeys(IServiceCollection services, CopilotSettings settings, TenantList tenants)
    {
        var protection = services.AddDataProtection().SetApplicationName("BillingCopilot");
        if (settings.Auth.RingKey is { } ringKey)
        {
            services.Configure<KeyManagementOptions>(o => o.XmlEncryptor = new RingEncryptor(Convert.FromBase64String(ringKey)));
        }

        if (settings.Database.Provider != "postgres")
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(settings.Auth.Keys));
            return;
        }

        services.AddOptions<KeyManagementOptions>().Configure<CopilotDbFactory>((o, databases) => o.XmlRepository = new DatabaseKeys(databases, tenants.Default.Context));
    }

    private static GovernanceOptions Governance(CopilotSettings settings, bool sandbox) => new()
    {
        PeopleFile = PolicyFile(settings, "people.yaml"),
        PolicyFile = PolicyFile(settings, "policy.yaml"),
        Rollout = new RolloutOptions { File = settings.Policy.Profile is null ? PolicyFile(settings, "rollout.yaml") : null, Profile = settings.Policy.Profile, SandboxMode = sandbox },
        Audit = new AuditOptions { Node = settings.Audit.Node, KeyFolder = settings.Audit.Keys ?? settings.Auth.Keys, KeyDatabase = settings.Audit.KeyDatabase, AnchorFile = settings.Audit.Anchors, ContentDays = settings.Audit.ContentDays },
        Executor = new ExecutorOptions { Lease = TimeSpan.FromSeconds(settings.Tasks.LeaseSeconds) },
    };

    private static string? PolicyFile(CopilotSettings settings, string name) =>
        settings.Policy.Path is null ? null : Path.Combine(settings.Policy.Path, name);

    /// <summary>Nodes that share a database share an account's pace by it.</summary>
    private static StripeConnections Connections(TenantList tenants, CopilotSettings settings, Func<CopilotDbFactory> databases, TimeProvider time)
    {
        var paces = new AccountPaces(settings.Database.Provider == "postgres" ? databases : null, time);
        return tenants.All.Aggregate(new StripeConnections(), (all, t) => all.Set(
            t.Context.Id,
            new StripeConnection(
                new Uri(t.Stripe.ApiBase), t.Stripe.ReadKey!, t.Stripe.WriteKey, t.Stripe.Keys, observeClock: t.IsSandbox, AccountPaces.Slowest(tenants.All, t),
                limits => paces.For(t.Context, limits), t.Stripe.PortalConfiguration)));
    }

    private static MailOptions Mail(MailSettings mail)
    {
        var options = new MailOptions { Outbox = mail.Outbox, From = mail.From };
        return options with
        {
            PayLinkHosts = mail.PayLinkHosts.Count > 0 ? mail.PayLinkHosts : options.PayLinkHosts,
            PortalHosts = mail.PortalHosts.Count > 0 ? mail.PortalHosts : options.PortalHosts,
        };
    }
}
