using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BillingCopilot.Bot.Settings;
using Npgsql;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>A PostgreSQL server of its own in a temporary folder, with fsync on, whose postmaster may be killed.</summary>
internal sealed class OwnPostgres : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _bin;
    private readonly int _port;

    private OwnPostgres(string folder, string bin, int port) => (_folder, _bin, _port) = (folder, bin, port);

    /// <summary>Makes and starts a server from the installed programs.</summary>
    /// <exception cref="SettingsException">PostgreSQL is not installed.</exception>
    public static async Task<OwnPostgres> StartAsync(CancellationToken cancellationToken)
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).LastOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            : null;
        if (bin is null)
        {
            throw new SettingsException("PostgreSQL's programs are not under /usr/lib/postgresql. Install them (apt-get install postgresql), or use --db sqlite.");
        }

        var server = new OwnPostgres(Directory.CreateTempSubdirectory("billingcopilot-pg-").FullName, bin, FreePort());
        if (!OperatingSystem.IsWindows())
        {
            // PostgreSQL's own user writes there.
            File.SetUnixFileMode(server._folder, (UnixFileMode)0b111_111_111);
        }

        await server.RunAsync(Path.Combine(bin, "initdb"), ["-D", server.Data, "-A", "trust", "-U", "postgres"], cancellationToken);
        await server.UpAsync(cancellationToken);
        return server;
    }

    private string Data => Path.Combine(_folder, "data");

    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"CREATE DATABASE {name}", cancellationToken);
        return new NpgsqlConnectionStringBuilder(Server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>Cuts every connection to a database from the server's side.</summary>
    public Task CutConnectionsAsync(string connection, CancellationToken cancellationToken) =>
        ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(connection).Database}'", cancellationToken);

    /// <summary>SIGKILL for the postmaster; its children end with it. Then it is started again and recovers.</summary>
    public async Task KillPostmasterAsync(CancellationToken cancellationToken)
    {
        var pid = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid"), cancellationToken))[0], CultureInfo.InvariantCulture);
        using var postmaster = Process.GetProcessById(pid);
        postmaster.Kill();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await UpAsync(cancellationToken);
                return;
            }
            catch (SettingsException) when (tries < 20)
            {
                // Its children still hold the shared memory for a moment.
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync(Path.Combine(_bin, "pg_ctl"), ["-D", Data, "-m", "immediate", "stop"], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private string Server => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres";

    private async Task UpAsync(CancellationToken cancellationToken)
    {
        var options = $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=600";
        await RunAsync(Path.Combine(_bin, "pg_ctl"), ["-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", options, "start"], cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Server + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var root = Environment.UserName == "root";
        var line = string.Join(' ', new[] { program }.Concat(arguments).Select(a => $"'{a}'"));
        var quiet = new[] { "-c", $"exec {line} >>'{_folder}/run' 2>&1" };
        var start = new ProcessStartInfo(root ? "runuser" : "sh", root ? ["-u", "postgres", "--", "sh", .. quiet] : quiet) { WorkingDirectory = _folder };
        using var process = Process.Start(start) ?? throw new SettingsException($"{program} can't be started.");
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new SettingsException($"{program} {arguments[^1]} ended with {process.ExitCode}; its log is in {_folder}.");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
