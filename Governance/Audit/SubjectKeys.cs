using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// The keys that people's words are encrypted with, apart from the words: in a file beside the other keys, or in a
/// database of their own. A copy of the copilot's database reads nothing once a key was dropped here. It also remembers
/// who was erased, so that a database that comes back from a copy is erased again.
/// </summary>
public sealed class SubjectKeys(AuditOptions options) : IDisposable
{
    private const string FileName = "subject-keys.db";
    private const string Store = "";

    private static readonly ConditionalWeakTable<sqlite3, SubjectKeys> Prepared = [];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _made;

    /// <summary>False when there is nowhere to keep them: then no words are kept.</summary>
    public bool Exist => options.KeyDatabase is not null || options.KeyFolder is not null;

    public void Dispose() => _gate.Dispose();

    /// <summary>Tells this store from another: nodes that share a database share it.</summary>
    internal async Task<string> IdAsync(CancellationToken cancellationToken) =>
        Convert.ToHexStringLower(SHA256.HashData(await GetOrMakeAsync(Store, Store, cancellationToken)));

    /// <summary>The subject's key, made on first use.</summary>
    internal async Task<byte[]> GetOrMakeAsync(string tenant, string subject, CancellationToken cancellationToken)
    {
        await using var keys = await OpenAsync(cancellationToken);
        return await GetOrMakeAsync(keys, tenant, subject, cancellationToken);
    }

    /// <summary>The keys of all these subjects, in their order; null when there is none of one of them, or none any more.</summary>
    internal async Task<IReadOnlyList<byte[]>?> AllAsync(string tenant, IReadOnlyList<string> subjects, CancellationToken cancellationToken)
    {
        await using var keys = await OpenAsync(cancellationToken);
        var found = new List<byte[]>(subjects.Count);
        foreach (var subject in subjects)
        {
            if (await FindAsync(keys, tenant, subject, cancellationToken) is not { } key)
            {
                return null;
            }

            found.Add(key);
        }

        return found;
    }

    /// <summary>The keys of all these subjects by their names; those that are not there are made.</summary>
    internal async Task<IReadOnlyDictionary<string, byte[]>> MakeAllAsync(string tenant, IEnumerable<string> subjects, CancellationToken cancellationToken)
    {
        await using var keys = await OpenAsync(cancellationToken);
        var made = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var subject in subjects.Distinct(StringComparer.Ordinal))
        {
            made[subject] = await GetOrMakeAsync(keys, tenant, subject, cancellationToken);
        }

        return made;
    }

    private static async Task<byte[]> GetOrMakeAsync(DbConnection keys, string tenant, string subject, CancellationToken cancellationToken)
    {
        if (await FindAsync(keys, tenant, subject, cancellationToken) is { } known)
        {
            return known;
        }

        // Two processes may both make one: the first that is stored is the one.
        var fresh = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await RunAsync(keys, "INSERT INTO subject_keys (tenant, subject, secret) VALUES (@a, @b, @c) ON CONFLICT DO NOTHING", [tenant, subject, fresh], cancellationToken);
        return (await FindAsync(keys, tenant, subject, cancellationToken))!;
    }

    /// <summary>
    /// Drops the keys, and notes whose erasure it was. Returns how many there were, and whether the file's log is empty of
    /// them: where another process reads it, <see cref="EmptyLogAsync(CancellationToken)"/> is to be tried again.
    /// </summary>
    /// <param name="at">When, in milliseconds of business time; null where the erasure is noted already.</param>
    internal async Task<(int Dropped, bool Gone)> DropAsync(string tenant, string erased, IEnumerable<string> subjects, long? at, CancellationToken cancellationToken)
    {
        await using var keys = await OpenAsync(cancellationToken);
        await using var transaction = await keys.BeginTransactionAsync(cancellationToken);
        var dropped = 0;
        foreach (var subject in subjects)
        {
            dropped += await RunAsync(keys, "DELETE FROM subject_keys WHERE tenant = @a AND subject = @b", [tenant, subject], cancellationToken);
        }

        if (at is { } now)
        {
            await RunAsync(keys, "INSERT INTO erasures (tenant, subject, at) VALUES (@a, @b, @c)", [tenant, erased, now], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return (dropped, await EmptyLogAsync(keys, cancellationToken));
    }

    /// <summary>Empties the file's log; false when another process reads it just now.</summary>
    public async Task<bool> EmptyLogAsync(CancellationToken cancellationToken)
    {
        if (!Exist)
        {
            return true;
        }

        await using var keys = await OpenAsync(cancellationToken);
        return await EmptyLogAsync(keys, cancellationToken);
    }

    /// <summary>The write-ahead log holds the pages as they were before: what was dropped is gone once it is empty.</summary>
    private static async Task<bool> EmptyLogAsync(DbConnection keys, CancellationToken cancellationToken)
    {
        if (keys is not SqliteConnection)
        {
            return true;
        }

        // Who reads is not waited for: it is tried again.
        await RunAsync(keys, "PRAGMA busy_timeout = 500", [], cancellationToken);
        try
        {
            await using var command = Command(keys, "PRAGMA wal_checkpoint(TRUNCATE)", []);
            return await command.ExecuteScalarAsync(cancellationToken) is 0L;
        }
        finally
        {
            await RunAsync(keys, "PRAGMA busy_timeout = 30000", [], CancellationToken.None);
        }
    }

    /// <summary>Who was erased, and when last.</summary>
    internal async Task<IReadOnlyList<(string Subject, long At)>> ErasedAsync(string tenant, CancellationToken cancellationToken)
    {
        await using var keys = await OpenAsync(cancellationToken);
        await using var command = Command(keys, "SELECT subject, max(at) FROM erasures WHERE tenant = @a GROUP BY subject ORDER BY subject", [tenant]);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var erased = new List<(string, long)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            erased.Add((rows.GetString(0), rows.GetInt64(1)));
        }

        return erased;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_made)
            {
                await MakeAsync(cancellationToken);
                _made = true;
            }
        }
        finally
        {
            _gate.Release();
        }

        return await ConnectAsync(cancellationToken);
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (options.KeyDatabase is null)
        {
            Directory.CreateDirectory(options.KeyFolder!);
            PrivateFiles.Touch(Path.Combine(options.KeyFolder!, FileName));
        }

        await using var keys = await ConnectAsync(cancellationToken);
        if (keys is SqliteConnection)
        {
            // One flush a key: with a rollback journal it would be three.
            await RunAsync(keys, "PRAGMA journal_mode = WAL", [], cancellationToken);
        }

        const string Tables = """
            CREATE TABLE IF NOT EXISTS subject_keys (tenant text NOT NULL, subject text NOT NULL, secret text NOT NULL, PRIMARY KEY (tenant, subject));
            CREATE TABLE IF NOT EXISTS erasures (tenant text NOT NULL, subject text NOT NULL, at bigint NOT NULL);
            """;
        try
        {
            await RunAsync(keys, Tables, [], cancellationToken);
        }
        catch (NpgsqlException)
        {
            // PostgreSQL refuses the second of two that create it at once; then it is there.
            await RunAsync(keys, Tables, [], cancellationToken);
        }
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        DbConnection connection = options.KeyDatabase is { } database
            ? new NpgsqlConnection(database)
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(options.KeyFolder!, FileName) }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (connection is SqliteConnection { Handle: { } handle } && !Prepared.TryGetValue(handle, out _))
            {
                // What is dropped is overwritten, not only forgotten. Once each: the pool hands the same connections out again.
                await RunAsync(connection, "PRAGMA secure_delete = ON; PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL", [], cancellationToken);
                Prepared.AddOrUpdate(handle, this);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<byte[]?> FindAsync(DbConnection keys, string tenant, string subject, CancellationToken cancellationToken)
    {
        await using var command = Command(keys, "SELECT secret FROM subject_keys WHERE tenant = @a AND subject = @b", [tenant, subject]);
        return await command.ExecuteScalarAsync(cancellationToken) is string stored ? Convert.FromBase64String(stored) : null;
    }

    private static async Task<int> RunAsync(DbConnection keys, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(keys, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection keys, string sql, object[] values)
    {
        var command = keys.CreateCommand();
        command.CommandText = sql;
        foreach (var (value, i) in values.Select((v, i) => (v, i)))
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@" + (char)('a' + i), value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
