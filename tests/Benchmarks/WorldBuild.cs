using BenchmarkDotNet.Attributes;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Benchmarks;

/// <summary>What generating the sandbox's world costs: part of every start without a journal.</summary>
[MemoryDiagnoser]
public class WorldBuild
{
    [Params("small")]
    public string Size { get; set; } = "small";

    [Benchmark]
    public World Build() => WorldCatalog.Build("lumen", 1, Size);
}
