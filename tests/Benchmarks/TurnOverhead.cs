using System.Diagnostics;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.People;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// What a turn costs besides its model and Stripe: routing, handles, three tool calls, the durable journal of every
/// response and result, the check of the figures and the stored conversation. Model and tools answer at once.
/// </summary>
internal static class TurnOverhead
{
    /// <summary>Until the runtime has compiled all of it for good: it does so beside the turns, on the cores that they need.</summary>
    private const int WarmUp = 3000;
    private const int Turns = 1000;
    private const double Target = 5;

    /// <summary>About what a turn's last commit adds to the write-ahead log.</summary>
    private const int CommitBytes = 48 * 1024;

    public static async Task<int> RunAsync(string? file)
    {
        await using var stage = await ScenarioStage.OpenAsync(new CopilotSettings(), "lumen", 1, CancellationToken.None, Replace);
        var services = stage.Host.Services;
        var runner = services.GetRequiredService<TurnRunner>();
        var person = services.GetRequiredService<PeopleDirectory>().Find("sam")!;
        var tenant = stage.Host.Tenants.Default.Context;
        var (first, second) = (new List<double>(), new List<double>());
        for (var i = 0; i < (WarmUp + Turns) / 2; i++)
        {
            // Each conversation has two turns: the first begins it, with a key of its own; the second reads what the first left.
            foreach (var (times, task) in new[] { (first, $"task_{i}a"), (second, $"task_{i}b") })
            {
                var took = await TimeAsync(runner, new TurnRequest(tenant, person, $"conv_{i}", task, "Show me the invoices of Acme"));
                if (i >= WarmUp / 2)
                {
                    times.Add(took);
                }
            }
        }

        var all = first.Concat(second).ToList();
        var (append, overwrite) = Flushes(Path.GetTempPath());
        var figures = new
        {
            turns = Turns, tools_each = 3, p50_ms = At(all, 0.5), p90_ms = At(all, 0.9), p99_ms = At(all, 0.99), first_p50_ms = At(first, 0.5), second_p50_ms = At(second, 0.5),
            flush_append_p50_ms = append, flush_overwrite_p50_ms = overwrite, target_p50_ms = Target,
        };
        Report.Table(
            $"Overhead of a turn with three tools, without model and Stripe, everything journaled in SQLite ({Turns} turns)",
            ["ms", "p50", "p90", "p99"],
            [
                ["all", figures.p50_ms, figures.p90_ms, figures.p99_ms],
                ["first of a conversation", figures.first_p50_ms, At(first, 0.9), At(first, 0.99)],
                ["second", figures.second_p50_ms, At(second, 0.9), At(second, 0.99)],
                ["flush of 48 KB that lengthen a file", append, "", ""],
                ["flush of 48 KB written over", overwrite, "", ""],
                ["target", Target, "", ""],
            ]);
        return await Report.FinishAsync(figures.p50_ms <= Target && figures.first_p50_ms <= Target, figures, file);
    }

    private static async Task<double> TimeAsync(TurnRunner runner, TurnRequest request)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await runner.RunAsync(request, null, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return answer.Tools.Count == 3 && !answer.Tools.Any(t => t.Failed) ? took : throw new InvalidOperationException($"The turn did not run its three tools: {answer.Text}");
    }

    private static double At(IEnumerable<double> times, double share) => times.Order().ToArray() is var sorted ? Math.Round(sorted[(int)(share * (sorted.Length - 1))], 2) : 0;

    /// <summary>What one flush costs on the disk of this folder: of a file that grows, and of one that is written over, as a write-ahead log is after its first checkpoint.</summary>
    private static (double Append, double Overwrite) Flushes(string folder)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName());
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        var bytes = new byte[CommitBytes];
        List<double> Pass()
        {
            file.Position = 0;
            return [.. Enumerable.Range(0, 200).Select(_ =>
            {
                file.Write(bytes);
                var started = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            })];
        }

        return (At(Pass(), 0.5), At(Pass(), 0.5));
    }

    private static void Replace(IServiceCollection services)
    {
        services.AddSingleton(new ChatModel(new InstantModel(), "instant", IsRules: false));
        var instant = new Dictionary<string, KernelFunction>(StringComparer.Ordinal);
        var original = services.Last(s => s.ServiceType == typeof(ToolSources)).ImplementationFactory!;
        services.AddSingleton(s =>
        {
            var sources = (ToolSources)original(s);
            return sources with
            {
                OpenReads = scope =>
                {
                    var reads = sources.OpenReads(scope);
                    return name =>
                    {
                        // The product's own is made in each turn, as it would be; what answers in its place is not.
                        var tool = reads(name);
                        return instant.TryGetValue(name, out var known) ? known : instant[name] = Instant(tool);
                    };
                },
            };
        });
    }

    /// <summary>The same name and parameters; a small result as a tool would give it.</summary>
    private static KernelFunction Instant(KernelFunction tool) => KernelFunctionFactory.CreateFromMethod(
        () => new InstantResult(tool.Name, 3, "120.00 USD"),
        new KernelFunctionFromMethodOptions { FunctionName = tool.Name, Description = tool.Description, Parameters = [.. tool.Metadata.Parameters] });

    private sealed record InstantResult(string Tool, int Count, string Total);

    /// <summary>Calls three tools, then answers.</summary>
    private sealed class InstantModel : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(messages.Last().Contents.OfType<ResultContent>().Any()
                ? new ChatMessage(ChatRole.Assistant, "I looked at the invoices. The total is 120.00 USD.")
                : new ChatMessage(ChatRole.Assistant, [.. Enumerable.Range(0, 3).Select(i => new CallContent($"call_{i}", "search_policies", new Dictionary<string, object?> { ["query"] = $"refund {i}" }))])));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
