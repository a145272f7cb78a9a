using BenchmarkDotNet.Attributes;
using BillingCopilot.Memory;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace BillingCopilot.Benchmarks;

/// <summary>What a search of policies and tickets costs, and what taking them in costs.</summary>
[MemoryDiagnoser]
public class KnowledgeSearch
{
    private static readonly TenantContext Tenant = new("default", "acct_benchmark", false);
    private string _folder = "";
    private SqliteKnowledgeBase? _knowledge;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _folder = Directory.CreateTempSubdirectory("billingcopilot-bench-").FullName;
        foreach (var document in WorldCatalog.Build("lumen", 1, "small").Documents)
        {
            var path = Path.Combine(_folder, "documents", document.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, document.Text);
        }

        _knowledge = new SqliteKnowledgeBase(new MemoryOptions { Path = Path.Combine(_folder, "memory.db") }, NullLogger<SqliteKnowledgeBase>.Instance);
        await _knowledge.IngestAsync(Tenant, Path.Combine(_folder, "documents"), CancellationToken.None);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _knowledge?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public async Task<int> SearchAsync() =>
        (await _knowledge!.SearchAsync(Tenant, "How long after a payment may we still refund a customer?", null, 5, CancellationToken.None)).Count;

    [Benchmark]
    public Task<IngestReport> IngestUnchangedAsync() =>
        _knowledge!.IngestAsync(Tenant, Path.Combine(_folder, "documents"), CancellationToken.None);
}
