using Microsoft.Data.Sqlite;

namespace BillingCopilot.Memory.Search;

/// <summary>Opens the index file and brings it to the schema below; an index of another version is made anew.</summary>
internal sealed class MemoryDatabase : IDisposable
{
    /// <summary>Raised whenever the schema or the way a file is cut changes: the next ingestion then fills it again.</summary>
    private const string Version = "2";

    private const string Schema = $"""
        DROP TABLE IF EXISTS sections_fts;
        DROP TABLE IF EXISTS sections;
        DROP TABLE IF EXISTS documents;
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY,
            tenant TEXT NOT NULL,
            folder TEXT NOT NULL,
            path TEXT NOT NULL,
            hash TEXT NOT NULL,
            sections INTEGER NOT NULL,
            UNIQUE (tenant, folder, path));
        CREATE TABLE sections (
            id INTEGER PRIMARY KEY,
            tenant TEXT NOT NULL,
            document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            title TEXT NOT NULL,
            section TEXT NOT NULL,
            keywords TEXT NOT NULL,
            body TEXT NOT NULL);
        CREATE INDEX sections_of_document ON sections (tenant, document_id);
        CREATE VIRTUAL TABLE sections_fts USING fts5(
            title, section, keywords, body,
            content='sections', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
        CREATE TRIGGER sections_added AFTER INSERT ON sections BEGIN
            INSERT INTO sections_fts (rowid, title, section, keywords, body)
            VALUES (new.id, new.title, new.section, new.keywords, new.body);
        END;
        CREATE TRIGGER sections_removed AFTER DELETE ON sections BEGIN
            INSERT INTO sections_fts (sections_fts, rowid, title, section, keywords, body)
            VALUES ('delete', old.id, old.title, old.section, old.keywords, old.body);
        END;
        PRAGMA user_version = {Version};
        """;

    private readonly string _file;
    private readonly string _connectionString;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private volatile bool _prepared;

    public MemoryDatabase(string file)
    {
        _file = Path.GetFullPath(file);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _file, ForeignKeys = true }.ToString();
    }

    /// <summary>An open connection; the caller disposes it.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (!_prepared)
        {
            await PrepareAsync(cancellationToken);
        }

        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
        _preparing.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            await using var connection = new SqliteConnection(_connectionString);
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
            await using var transaction = connection.BeginTransaction();
            if (await connection.ScalarAsync("PRAGMA user_version", cancellationToken) != int.Parse(Version))
            {
                await connection.ExecuteAsync(Schema, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            _prepared = true;
        }
        finally
        {
            _preparing.Release();
        }
    }
}
