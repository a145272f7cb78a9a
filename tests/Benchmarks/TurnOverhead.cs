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
    private const int WarmUp = 600;
    private const int Turns = 400;
    private const double Target = 5;

    public static async Task<int> RunAsync(string? file)
    {
        await using var stage = await ScenarioStage.OpenAsync(new CopilotSettings(), "lumen", 1, CancellationToken.None, Replace);
        var services = stage.Host.Services;
        var runner = services.GetRequiredService<TurnRunner>();
        var person = services.GetRequiredService<PeopleDirectory>().Find("sam")!;
        var tenant = stage.Host.Tenants.Default.Context;
        var times = new List<double>();
        for (var i = 0; i < WarmUp + Turns; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await runner.RunAsync(new TurnRequest(tenant, person, $"conv_{i}", $"task_{i}", "Show me the invoices of Acme"), null, CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (answer.Tools.Count != 3 || answer.Tools.Any(t => t.Failed))
            {
                throw new InvalidOperationException($"The turn did not run its three tools: {answer.Text}");
            }

            if (i >= WarmUp)
            {
                times.Add(took);
            }
        }

        times.Sort();
        double At(double share) => Math.Round(times[(int)(share * (times.Count - 1))], 2);
        var figures = new { turns = Turns, tools_each = 3, p50_ms = At(0.5), p90_ms = At(0.9), p99_ms = At(0.99), target_p50_ms = Target };
        Report.Table(
            $"Overhead of a turn with three tools, without model and Stripe, everything journaled in SQLite ({Turns} turns)",
            ["", "ms"],
            [["p50", figures.p50_ms], ["p90", figures.p90_ms], ["p99", figures.p99_ms], ["target p50", Target]]);
        return await Report.FinishAsync(figures.p50_ms <= Target, figures, file);
    }

    private static void Replace(IServiceCollection services)
    {
        services.AddSingleton(new ChatModel(new InstantModel(), "instant", IsRules: false));
        var original = services.Last(s => s.ServiceType == typeof(ToolSources)).ImplementationFactory!;
        services.AddSingleton(s =>
        {
            var sources = (ToolSources)original(s);
            return sources with
            {
                OpenReads = scope =>
                {
                    var reads = sources.OpenReads(scope);
                    return name => Instant(reads(name));
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
