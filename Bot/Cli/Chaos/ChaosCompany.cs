using BillingCopilot.Bot.Cli.Eval;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>A sandbox in its own process, several databases, and the processes of copilots on them.</summary>
internal sealed class ChaosCompany : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ChildProcess _sandbox;

    private ChaosCompany(string folder, ChildProcess sandbox, Uri stripe, ChaosOptions options, IReadOnlyList<ChaosDatabase> databases)
    {
        (_folder, _sandbox) = (folder, sandbox);
        Sandbox = new SandboxView(stripe.ToString());
        Nodes = new ChaosNodes(folder, node => new ChaosPlan(stripe.ToString(), node, options.LeaseSeconds, databases));
        Stages = [.. databases.Select((d, i) => new ChaosStage(this, i, d))];
    }

    public SandboxView Sandbox { get; }

    public ChaosNodes Nodes { get; }

    public IReadOnlyList<ChaosStage> Stages { get; }

    /// <summary>What is asked and what happens, out of the sandbox's world.</summary>
    public ChaosPlot Plot { get; private set; } = null!;

    /// <param name="number">Names its databases.</param>
    public static async Task<ChaosCompany> OpenAsync(ChaosOptions options, int number, OwnPostgres? postgres, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-chaos-").FullName;
        var sandbox = ChildProcess.Start("Sandbox", folder, ["--port", "0"]);
        ChaosCompany? company = null;
        try
        {
            company = await MakeAsync(folder, sandbox, options, number, postgres, cancellationToken);
            company.Plot = await ChaosPlot.ReadAsync(company.Sandbox, cancellationToken);
            await company.Nodes.StartAsync(cancellationToken);
            return company;
        }
        catch when (company is not null)
        {
            await company.DisposeAsync();
            throw;
        }
        catch
        {
            await sandbox.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static async Task<ChaosCompany> MakeAsync(string folder, ChildProcess sandbox, ChaosOptions options, int number, OwnPostgres? postgres, CancellationToken cancellationToken)
    {
        var stripe = await sandbox.AddressAsync(cancellationToken) ?? throw new InvalidOperationException($"The sandbox ended: {sandbox.Output}");
        var databases = new List<ChaosDatabase>();
        for (var i = 0; i < options.Stages; i++)
        {
            var own = Directory.CreateDirectory(Path.Combine(folder, $"{i}")).FullName;
            databases.Add(new ChaosDatabase(own, postgres is null ? null : await postgres.CreateDatabaseAsync($"chaos_{number}_{i}", cancellationToken)));
        }

        return new ChaosCompany(folder, sandbox, stripe, options, databases);
    }

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        await _sandbox.DisposeAsync();
        Sandbox.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Npgsql.NpgsqlConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
