using BillingCopilot.Billing;
using BillingCopilot.Memory.Search;
using Microsoft.Data.Sqlite;

namespace BillingCopilot.Memory.Ingestion;

/// <summary>Brings one folder's rows of one tenant to what its files say, within the caller's transaction.</summary>
internal sealed class KnowledgeIndex(SqliteConnection connection, string tenant, string folder)
{
    private sealed record Held(long Id, string Hash, int Sections);

    public async Task<IngestReport> ReplaceAsync(IEnumerable<KnowledgeFile> files, CancellationToken cancellationToken)
    {
        var held = await HeldAsync(cancellationToken);
        var problems = new List<string>();
        int documents = 0, sections = 0, unchanged = 0;
        foreach (var file in files)
        {
            var before = held.GetValueOrDefault(file.Path);
            if (file.Text is Outcome<FileText>.Ok { Value: var text } && text.Hash == before?.Hash)
            {
                held.Remove(file.Path);
                (documents, sections, unchanged) = (documents + 1, sections + before.Sections, unchanged + 1);
                continue;
            }

            switch (Parse(file))
            {
                case Outcome<KnowledgeDocument>.Ok { Value: var document }:
                    held.Remove(file.Path);
                    await RemoveAsync(before, cancellationToken);
                    await AddAsync(file, document, cancellationToken);
                    (documents, sections) = (documents + 1, sections + document.Sections.Count);
                    break;
                case Outcome<KnowledgeDocument>.Refused { Refusal: var refusal }:
                    problems.Add($"{file.Path}: {refusal.Message}. {refusal.Remedy}");
                    break;
            }
        }

        foreach (var vanished in held.Values)
        {
            await RemoveAsync(vanished, cancellationToken);
        }

        return new IngestReport(documents, sections, unchanged, held.Count, problems);
    }

    /// <summary>Below this heading a policy has what customers are told, one sentence a point. All else in it is for our own people.</summary>
    private const string ForCustomers = "What we tell customers";

    private static string KindOf(KnowledgeFile file, KnowledgeSection section) =>
        file.Kind == "policy" && section.Heading.Equals(ForCustomers, StringComparison.OrdinalIgnoreCase) ? "reply" : file.Kind;

    private static Outcome<KnowledgeDocument> Parse(KnowledgeFile file) => file.Text switch
    {
        Outcome<FileText>.Ok ok => MarkdownSections.Parse(ok.Value.Text, Path.GetFileNameWithoutExtension(file.Path)),
        Outcome<FileText>.Refused refused => refused.Refusal,
        _ => throw new InvalidOperationException("Unknown outcome."),
    };

    private async Task<Dictionary<string, Held>> HeldAsync(CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "SELECT path, id, hash, sections FROM documents WHERE tenant = $tenant AND folder = $folder",
            ("$tenant", tenant), ("$folder", folder));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var held = new Dictionary<string, Held>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            held[reader.GetString(0)] = new Held(reader.GetInt64(1), reader.GetString(2), reader.GetInt32(3));
        }

        return held;
    }

    private async Task RemoveAsync(Held? document, CancellationToken cancellationToken)
    {
        if (document is null)
        {
            return;
        }

        await using var sections = connection.Command(
            "DELETE FROM sections WHERE tenant = $tenant AND document_id = $id", ("$tenant", tenant), ("$id", document.Id));
        await sections.ExecuteNonQueryAsync(cancellationToken);
        await using var row = connection.Command(
            "DELETE FROM documents WHERE tenant = $tenant AND id = $id", ("$tenant", tenant), ("$id", document.Id));
        await row.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task AddAsync(KnowledgeFile file, KnowledgeDocument document, CancellationToken cancellationToken)
    {
        await using var row = connection.Command(
            "INSERT INTO documents (tenant, folder, path, hash, sections) VALUES ($tenant, $folder, $path, $hash, $sections) RETURNING id",
            ("$tenant", tenant), ("$folder", folder), ("$path", file.Path),
            ("$hash", ((Outcome<FileText>.Ok)file.Text).Value.Hash), ("$sections", document.Sections.Count));
        var id = (long)(await row.ExecuteScalarAsync(cancellationToken))!;
        for (var i = 0; i < document.Sections.Count; i++)
        {
            var section = document.Sections[i];
            await using var command = connection.Command(
                """
                INSERT INTO sections (tenant, document_id, position, kind, path, title, section, keywords, body)
                VALUES ($tenant, $document, $position, $kind, $path, $title, $section, $keywords, $body)
                """,
                ("$tenant", tenant), ("$document", id), ("$position", i), ("$kind", KindOf(file, section)), ("$path", file.Path),
                ("$title", document.Title), ("$section", section.Heading),
                ("$keywords", $"{document.Keywords} {section.Above}".Trim()), ("$body", section.Body));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
