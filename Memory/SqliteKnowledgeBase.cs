using BillingCopilot.Billing;
using BillingCopilot.Memory.Ingestion;
using BillingCopilot.Memory.Search;
using BillingCopilot.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Memory;

/// <summary>
/// Knowledge base over SQLite FTS5. Safe to call from any thread. A file that can't be taken in is left out of
/// the index with its earlier version, so that nothing is quoted that its file no longer says.
/// </summary>
public sealed partial class SqliteKnowledgeBase(MemoryOptions options, ILogger<SqliteKnowledgeBase> logger) : IKnowledgeBase, IDisposable
{
    /// <summary>A word in the title counts four times one in the body, in the heading three times, in the keywords twice.</summary>
    private const string BestSections = """
        SELECT s.kind, s.path, s.title, s.section, s.body, -bm25(sections_fts, 4.0, 3.0, 2.0, 1.0) AS score
        FROM sections_fts
        JOIN sections s ON s.id = sections_fts.rowid
        WHERE sections_fts MATCH $match AND s.tenant = $tenant AND (s.kind = $kind OR ($kind IS NULL AND s.kind <> 'reply'))
        ORDER BY score DESC, s.path, s.position
        LIMIT $limit
        """;

    private readonly MemoryDatabase _database = new(options.Path);

    public async Task<IngestReport> IngestAsync(TenantContext tenant, string directory, CancellationToken cancellationToken)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!Directory.Exists(folder))
        {
            return new IngestReport(0, 0, 0, 0, [$"{directory}: there is no such folder, and nothing was changed. Give the folder that holds policies/ and tickets/."]);
        }

        var files = new KnowledgeFolder(folder, options.MaxFileBytes).Read(cancellationToken);
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var transaction = connection.BeginTransaction();
        var writer = new KnowledgeIndex(connection, tenant.Id, folder);
        var report = await writer.ReplaceAsync(files, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogIngested(report.Documents, report.Sections, report.Unchanged, report.Removed, report.Problems.Count);
        return report;
    }

    public async Task<IReadOnlyList<Passage>> SearchAsync(TenantContext tenant, string query, string? kind, int limit, CancellationToken cancellationToken)
    {
        if (SearchTerms.ToMatch(query) is not { } match || limit < 1)
        {
            return [];
        }

        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var command = connection.Command(
            BestSections,
            ("$match", match), ("$tenant", tenant.Id), ("$kind", kind), ("$limit", 2 * Math.Min(limit, options.MaxResults)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var passages = new List<Passage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            passages.Add(ToPassage(reader));
        }

        // The same file taken in from two folders is one source.
        return [.. passages.DistinctBy(p => (p.Document, p.Section, p.Quote)).Take(Math.Min(limit, options.MaxResults))];
    }

    public void Dispose() => _database.Dispose();

    private Passage ToPassage(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3),
        Quotation.Cut(PlainWords.Of(row.GetString(4)), options.MaxQuoteChars), row.GetDouble(5));

    [LoggerMessage(3001, LogLevel.Information, "Knowledge taken in: {Documents} documents, {Sections} sections, {Unchanged} unchanged, {Removed} removed, {Problems} problems")]
    private partial void LogIngested(int documents, int sections, int unchanged, int removed, int problems);
}
