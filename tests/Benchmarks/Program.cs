using BenchmarkDotNet.Running;
using BillingCopilot.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(KnowledgeSearch).Assembly).Run(args);
