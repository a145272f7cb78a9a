using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Sandbox;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Postgres;
using BillingCopilot.Storage.Sqlite;
using Npgsql;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>A sandbox in its own process, a database, and the copilot that is killed and started again.</summary>
internal sealed class ChaosStage : IAsyncDisposable
{
    /// <summary>Signs the harness's events; not a secret of anything.</summary>
    public const string WebhookSecret = "whsec" + "_chaos";

    private readonly string _folder;
    private readonly ChaosOptions _options;
    private readonly ChildProcess _sandbox;
    private readonly Uri _stripe;
    private readonly string _connection;
    private ChildProcess? _copilot;

    private ChaosStage(string folder, ChaosOptions options, ChildProcess sandbox, Uri stripe, OwnPostgres? postgres, string database, string connection)
    {
        (_folder, _options, _sandbox, _stripe, Postgres, Database, _connection) = (folder, options, sandbox, stripe, postgres, database, connection);
        Databases = postgres is null
            ? new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(folder, "data", "copilot.db") })
            : new PostgresCopilotDbFactory(new StorageOptions { Provider = "postgres", ConnectionString = connection });
        Sandbox = new SandboxView(stripe.ToString());
        Work = new ChaosWork(this);
    }

    public ChaosTally Tally { get; } = new();

    public ChaosWork Work { get; }

    public SandboxView Sandbox { get; }

    public CopilotDbFactory Databases { get; }

    public OwnPostgres? Postgres { get; }

    /// <summary>Only where no other stage shares the server.</summary>
    public bool MayKillPostmaster => _options.Stages == 1 || Database.EndsWith("_0", StringComparison.Ordinal);

    public string Database { get; }

    /// <summary>Where the copilot serves now.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>True when the copilot that was started last is gone.</summary>
    public bool Died => _copilot is null || _copilot.HasExited;

    public static async Task<ChaosStage> OpenAsync(ChaosOptions options, int number, OwnPostgres? postgres, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-chaos-").FullName;
        var sandbox = ChildProcess.Start("Sandbox", folder, ["--port", "0"], new Dictionary<string, string>());
        var stripe = await sandbox.AddressAsync(cancellationToken) ?? throw new InvalidOperationException($"The sandbox ended: {sandbox.Output}");
        var database = $"chaos_{(number < 0 ? "first" : number)}";
        return new ChaosStage(folder, options, sandbox, stripe, postgres, database, postgres is null ? "" : await postgres.CreateDatabaseAsync(database, cancellationToken));
    }

    /// <summary>Starts a copilot that dies at a failpoint, unless one runs already that is not meant to die.</summary>
    public async Task UseAsync(string? failpoint, CancellationToken cancellationToken)
    {
        if (failpoint is null && !Died)
        {
            return;
        }

        await KillAsync();
        await StartAsync(failpoint is null ? [] : new() { [Failpoints.Variable] = failpoint }, cancellationToken);
    }

    /// <summary>Starts it again after its death, with nothing armed.</summary>
    public Task AgainAsync(CancellationToken cancellationToken) => UseAsync(null, cancellationToken);

    public async Task KillAsync()
    {
        if (_copilot is not null)
        {
            await _copilot.DisposeAsync();
            _copilot = null;
        }
    }

    /// <summary>Does a round's work without a kill and returns the boundaries in the order in which they were reached.</summary>
    public async Task<IReadOnlyList<string>> RecordAsync(CancellationToken cancellationToken)
    {
        // The first start makes the schema, which no later one does.
        await StartAsync([], cancellationToken);
        await Work.DoAsync(0, cancellationToken);
        await KillAsync();
        var log = Path.Combine(_folder, "boundaries");
        await StartAsync(new() { [Failpoints.LogVariable] = log }, cancellationToken);
        await Work.DoAsync(1, cancellationToken);
        await KillAsync();
        return await File.ReadAllLinesAsync(log, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _sandbox.DisposeAsync();
        Sandbox.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A copilot that dies while it starts counts as started: the work finds it dead.</summary>
    private async Task StartAsync(Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string[] database = Postgres is null ? [] : ["--Database:Provider", "postgres", "--Database:ConnectionString", _connection];
        _copilot = ChildProcess.Start("Bot", _folder,
            ["--Urls", "http://127.0.0.1:0", "--Stripe:ApiBase", _stripe.ToString(), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write, "--Stripe:WebhookSecrets:0", WebhookSecret,
             "--Tasks:LeaseSeconds", $"{_options.LeaseSeconds}", "--Tasks:PollSeconds", "1", .. database], environment);
        if (await _copilot.AddressAsync(cancellationToken) is { } address)
        {
            Address = address;
        }
        else if (environment.Count == 0)
        {
            throw new InvalidOperationException($"The copilot does not start: {_copilot.Output}");
        }
    }
}
