using BillingCopilot.Agents;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>How much of the copilot a command needs.</summary>
/// <param name="Listen">Serve HTTP and run the worker.</param>
/// <param name="Keep">Join or keep the sandbox of this folder; false gives a sandbox of its own in memory.</param>
/// <param name="Quiet">Log warnings and worse only.</param>
/// <param name="Seed">Makes ids a function of this seed, so that the same command gives the same output; null: random ids.</param>
/// <param name="TakesChangedPrompts">Starts though a recorded prompt changed, so that an admin can look at it and activate it.</param>
/// <param name="Services">Replaces services at the outermost edge (a scripted model); for tests.</param>
/// <param name="Failpoints">Where the crash harness stops it.</param>
public sealed record HostShape(
    bool Listen, bool Keep, bool Quiet, int? Seed = null, Action<IServiceCollection>? Services = null, bool TakesChangedPrompts = false, Failpoints? Failpoints = null);

/// <summary>A whole copilot in this process: far side, database, agents, and, if asked, its server.</summary>
public sealed class CopilotHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FarSide _farSide;
    private readonly bool _listens;

    private CopilotHost(WebApplication app, FarSide farSide, CopilotSettings settings, bool listens)
    {
        (_app, _farSide, Settings, _listens) = (app, farSide, settings, listens);
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>The settings as completed (sandbox address and keys filled in).</summary>
    public CopilotSettings Settings { get; }

    public TenantList Tenants => Services.GetRequiredService<TenantList>();

    /// <summary>Where the server listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Connects, migrates, loads prompts and knowledge, and starts what the shape asks for.</summary>
    /// <exception cref="SettingsException">A setting, a prompt file or a policy file is wrong; the message says which.</exception>
    public static async Task<CopilotHost> StartAsync(CopilotSettings settings, HostShape shape, TimeProvider time, CancellationToken cancellationToken)
    {
        var farSide = await FarSide.ConnectAsync(settings, shape.Keep, time, cancellationToken);
        try
        {
            var tenants = await TenantSetup.ListAsync(settings, cancellationToken);
            var app = Composition.Build(settings, tenants, shape, time);
            app.Services.CheckGovernance();
            app.Services.CheckAgents();
            _ = app.Services.GetRequiredService<Schedules>();
            var host = new CopilotHost(app, farSide, settings, shape.Listen);
            await host.PrepareAsync(shape, cancellationToken);
            return host;
        }
        catch (Exception e) when (e is AgentConfigurationException or GovernanceConfigurationException or StorageConfigurationException)
        {
            await farSide.DisposeAsync();
            throw new SettingsException(e.Message);
        }
        catch
        {
            await farSide.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_listens)
        {
            await _app.StopAsync();
        }

        await _app.DisposeAsync();
        await _farSide.DisposeAsync();
    }

    private async Task PrepareAsync(HostShape shape, CancellationToken cancellationToken)
    {
        await Services.GetRequiredService<CopilotDbFactory>().MigrateAsync(cancellationToken);
        await Services.GetRequiredService<StartUp>().RunAsync(_farSide.World, shape.TakesChangedPrompts, cancellationToken);
        if (!_listens)
        {
            return;
        }

        await _app.StartAsync(cancellationToken);
        if (Tenants.Default.IsSandbox && Settings.Stripe.WebhookSecrets.Count == 0)
        {
            // Who configured a secret has an endpoint already.
            await SandboxWebhooks.RegisterAsync(Settings.Stripe, SandboxKeys.Admin, Address, cancellationToken);
        }
    }
}
