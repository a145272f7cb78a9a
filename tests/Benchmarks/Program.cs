using BenchmarkDotNet.Running;
using BillingCopilot.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- turn | tokens [--json FILE], or BenchmarkDotNet's own: --filter '*'
return args.FirstOrDefault() switch
{
    "turn" => await TurnOverhead.RunAsync(Report.FileOf(args)),
    "tokens" => await TokenBudget.RunAsync(Report.FileOf(args)),
    _ => BenchmarkSwitcher.FromAssembly(typeof(KnowledgeSearch).Assembly).Run(args) is null ? 1 : 0,
};
