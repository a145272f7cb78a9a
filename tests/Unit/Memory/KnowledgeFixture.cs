using BillingCopilot.Memory;
using BillingCopilot.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace BillingCopilot.Unit.MemoryTests;

/// <summary>A knowledge base and a folder of documents, both gone at the end of the test.</summary>
internal sealed class KnowledgeFixture : IDisposable
{
    public static readonly TenantContext Lumen = new("lumen", "acct_lumen", Livemode: false);
    public static readonly TenantContext Other = new("other", "acct_other", Livemode: false);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("knowledge");

    public KnowledgeFixture()
    {
        Base = new SqliteKnowledgeBase(
            new MemoryOptions { Path = Path.Combine(_root.FullName, "memory.db") },
            NullLogger<SqliteKnowledgeBase>.Instance);
        Directory.CreateDirectory(Folder);
    }

    public SqliteKnowledgeBase Base { get; }

    public string Folder => Path.Combine(_root.FullName, "docs");

    public string Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public Task<IngestReport> IngestAsync(TenantContext? tenant = null) =>
        Base.IngestAsync(tenant ?? Lumen, Folder, CancellationToken.None);

    public Task<IReadOnlyList<Passage>> SearchAsync(string query, string? kind = null, int limit = 5, TenantContext? tenant = null) =>
        Base.SearchAsync(tenant ?? Lumen, query, kind, limit, CancellationToken.None);

    public void Dispose()
    {
        Base.Dispose();
        _root.Delete(recursive: true);
    }
}
