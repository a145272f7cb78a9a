using BenchmarkDotNet.Running;
using BillingCopilot.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'
// dotnet run -c Release --project tests/Benchmarks -- sandbox reads --size large
if (args is ["sandbox", .. var rest])
{
    return await SandboxBenchmarks.RunAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(KnowledgeSearch).Assembly).Run(args);
return 0;
