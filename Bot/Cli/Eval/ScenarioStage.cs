using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli.Eval;

/// <summary>A copilot with a sandbox of its own, its files in a temporary folder that goes when it ends.</summary>
public sealed class ScenarioStage : IAsyncDisposable
{
    // Stages of one process that play in the same world generate it once.
    private static readonly Lazy<string> Worlds = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-worlds-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    private readonly string _folder;

    private ScenarioStage(string folder, CopilotHost host)
    {
        _folder = folder;
        Host = host;
        Sandbox = new SandboxView(host.Settings.Stripe.ApiBase);
    }

    public CopilotHost Host { get; }

    public SandboxView Sandbox { get; }

    /// <summary>Where its mails land.</summary>
    public string Outbox => Host.Settings.Mail.Outbox;

    /// <param name="settings">What bears on models, turns, tasks, policy and tenants is taken over; database, sandbox and folders are its own.</param>
    /// <param name="seed">Seed of the world and of every id.</param>
    /// <param name="database">An empty database to use; null for a file of its own.</param>
    public static async Task<ScenarioStage> OpenAsync(CopilotSettings settings, string world, int seed, CancellationToken cancellationToken, Action<IServiceCollection>? services = null, DatabaseSettings? database = null)
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-").FullName;
        var own = new CopilotSettings
        {
            Urls = "http://127.0.0.1:0",
            TimeZone = settings.TimeZone,
            Currency = settings.Currency,
            Model = settings.Model,
            Agents = settings.Agents,
            Policy = settings.Policy,
            Tasks = settings.Tasks,
            Database = database ?? new DatabaseSettings { Path = Path.Combine(folder, "copilot.db") },
            Memory = { Path = Path.Combine(folder, "memory.db") },
            Auth = { Keys = Path.Combine(folder, "keys") },
            Mail = { Outbox = Path.Combine(folder, "outbox"), From = settings.Mail.From },
            Tenants = settings.Tenants,
            Sandbox = { World = world, Seed = seed, Size = settings.Sandbox.Size, Data = Path.Combine(folder, "sandbox"), Cache = Worlds.Value },
        };
        try
        {
            var host = await CopilotHost.StartAsync(own, new HostShape(Listen: true, Keep: false, Quiet: true, Seed: seed, Services: services), TimeProvider.System, cancellationToken);
            return new ScenarioStage(folder, host);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
