using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.People;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Tokenizers;
using ResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// What a model is sent for a question (tool schemas once, results once) beside the Stripe objects that the same
/// calls read, as compact JSON; both in tokens of o200k.
/// </summary>
internal static class TokenBudget
{
    private const double Target = 0.2;
    private static readonly TiktokenTokenizer Tokens = TiktokenTokenizer.CreateForEncoding("o200k_base");

    public static async Task<int> RunAsync(string? file)
    {
        var seen = new Seen();
        await using var stage = await ScenarioStage.OpenAsync(new CopilotSettings(), "lumen", 1, CancellationToken.None, s => Watch(s, seen));
        var truth = await stage.Sandbox.TruthAsync(CancellationToken.None);
        var rows = new List<Row>();
        foreach (var (person, question) in Questions(truth))
        {
            seen.Clear();
            var chat = stage.Host.Services.GetRequiredService<ChatTurns>();
            var answer = await chat.AskAsync(stage.Host.Tenants.Default.Context, stage.Host.Services.GetRequiredService<PeopleDirectory>().Find(person)!, null, question, Channels.Terminal, CancellationToken.None);
            rows.Add(new Row(string.Join(", ", answer.Tools.Select(t => t.Name).Distinct()), Sum(seen.Schemas.Values), Sum(seen.Results.Values), Sum(seen.Raw)));
        }

        Report.Table(
            "Tokens (o200k) that a model is sent, beside the Stripe objects of the same calls",
            ["tools", "schemas", "results", "Stripe", "share"],
            [.. rows.Select(r => new object[] { r.Tools, r.Schemas, r.Results, r.Stripe, $"{r.Share:P0}" }), ["all", rows.Sum(r => r.Schemas), rows.Sum(r => r.Results), rows.Sum(r => r.Stripe), $"{Share(rows):P0}"]]);
        return await Report.FinishAsync(rows.TrueForAll(r => r.Share <= Target), new { questions = rows, share = Math.Round(Share(rows), 4), target = Target }, file);
    }

    private static double Share(List<Row> rows) => (double)rows.Sum(r => r.Schemas + r.Results) / rows.Sum(r => r.Stripe);

    private static int Sum(IEnumerable<string> texts) => texts.Sum(t => Tokens.CountTokens(t));

    /// <summary>The everyday questions, about customers of this world.</summary>
    private static IEnumerable<(string Person, string Question)> Questions(JsonObject truth)
    {
        string Name(string list, int i) => (string)truth[list]![i]!["customer_name"]!;
        yield return ("sam", $"Why did {Name("invoice_increases", 0)}'s last invoice go up?");
        yield return ("sam", $"Why did {Name("invoice_increases", 3)}'s last invoice go up?");
        yield return ("sam", $"{Name("double_charges", 0)} says they were charged twice in {truth["double_charges"]![0]!["month"]}.");
        yield return ("sam", $"What is on invoice {truth["healthy_customers"]![0]!["last_invoice_number"]}?");
        yield return ("sam", $"Show me the invoices of {Name("healthy_customers", 1)}");
        yield return ("sam", $"Which plan is {Name("healthy_customers", 0)} on?");
        yield return ("olivia", $"Why did the last payment of {Name("failed_invoices", 0)} fail?");
        yield return ("olivia", $"Show the payment history of {Name("failed_invoices", 1)}");
    }

    private static void Watch(IServiceCollection services, Seen seen)
    {
        services.ConfigureHttpClientDefaults(b => b.AddHttpMessageHandler(() => new StripeTap(seen)));
        services.AddSingleton(s => new ChatModel(new WatchedModel(new RulesChatClient(s.GetRequiredService<RuleBook>()), seen), ModelFactory.Rules, IsRules: true));
    }

    private sealed record Row(string Tools, int Schemas, int Results, int Stripe)
    {
        public double Share => Stripe == 0 ? 0 : (double)(Schemas + Results) / Stripe;
    }

    /// <summary>What went by in one question.</summary>
    private sealed class Seen
    {
        public ConcurrentDictionary<string, string> Schemas { get; } = new();

        public ConcurrentDictionary<string, string> Results { get; } = new();

        public ConcurrentBag<string> Raw { get; } = [];

        public void Clear()
        {
            Schemas.Clear();
            Results.Clear();
            Raw.Clear();
        }
    }

    private sealed class WatchedModel(IChatClient inner, Seen seen) : DelegatingChatClient(inner)
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            foreach (var tool in (options?.Tools ?? []).OfType<AIFunctionDeclaration>())
            {
                seen.Schemas[tool.Name] = new JsonObject { ["name"] = tool.Name, ["description"] = tool.Description, ["parameters"] = JsonNode.Parse(tool.JsonSchema.GetRawText()) }.ToJsonString();
            }

            foreach (var result in messages.SelectMany(m => m.Contents).OfType<ResultContent>())
            {
                seen.Results[result.CallId] = StoredMessage.ResultText(result);
            }

            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }

    private sealed class StripeTap(Seen seen) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                seen.Raw.Add(JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.ToJsonString());
            }

            return response;
        }
    }
}
