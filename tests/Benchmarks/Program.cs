using BenchmarkDotNet.Running;
using BillingCopilot.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- turn | tokens | intake | tasks | backlog | proposals [--json FILE] | sandbox start|reads|month [--size large],
// or BenchmarkDotNet's own: --filter '*'
return args.FirstOrDefault() switch
{
    "turn" => await TurnOverhead.RunAsync(Report.FileOf(args)),
    "tokens" => await TokenBudget.RunAsync(Report.FileOf(args)),
    "intake" => await IntakeBenchmark.RunAsync(args[1..]),
    "tasks" => await TaskBenchmark.CyclesAsync(args[1..]),
    "backlog" => await TaskBenchmark.BacklogAsync(args[1..]),
    "proposals" => await ProposalBenchmark.RunAsync(args[1..]),
    "sandbox" => await SandboxBenchmarks.RunAsync(args[1..]),
    _ => BenchmarkSwitcher.FromAssembly(typeof(KnowledgeSearch).Assembly).Run(args) is null ? 1 : 0,
};
