using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Sqlite;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>One database with the copilots that work on it, what was asked of them, and what came of it.</summary>
internal sealed class ChaosStage
{
    private readonly ChaosCompany _company;

    public ChaosStage(ChaosCompany company, int number, ChaosDatabase database)
    {
        (_company, Number, Database) = (company, number, database);
        Databases = database.Connection is null
            ? new SqliteCopilotDbFactory(new StorageOptions { Path = database.Path })
            : new PostgresCopilotDbFactory(new StorageOptions { Provider = "postgres", ConnectionString = database.Connection });
        Work = new ChaosWork(this);
    }

    /// <summary>Its place in the company, from 0.</summary>
    public int Number { get; }

    public ChaosDatabase Database { get; }

    public ChaosTally Tally { get; } = new();

    public ChaosWork Work { get; }

    public ChaosPlot Plot => _company.Plot;

    public CopilotDbFactory Databases { get; }

    /// <summary>Where a copilot serves that is not meant to be dead.</summary>
    public Uri Address => _company.Nodes.Current.AddressOf(Number);

    /// <summary>What the sandbox's ledger has of the executor's key.</summary>
    public Task<IReadOnlyList<System.Text.Json.Nodes.JsonObject>> WritesAsync(CancellationToken cancellationToken) => _company.Sandbox.WritesAsync(cancellationToken);
}
