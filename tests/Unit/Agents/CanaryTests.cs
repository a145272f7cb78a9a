using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Rules;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>
/// A marker stands in every field of every object of Stripe that nobody may be shown. It must be in nothing that a
/// model received, in no log and in no row.
/// </summary>
public sealed partial class CanaryTests
{
    private const string Marker = "CANARY";
    private const string Card = "4242 4242 4242 4242";

    [Fact]
    public async Task Ask_EveryHiddenFieldMarked_NoMarkerReachesModelLogOrRow()
    {
        var seen = new ConcurrentQueue<string>();
        var log = new Lines();
        var marking = new Marks();
        var rules = new RulesChatClient(RuleBook.Load(TestPrompts.Shipped, [.. TestPrompts.Agents.Keys], TestPrompts.Tools));
        await using var copilot = await LumenCopilot.StartAsync(
            new ChatModel(new Watched(rules, seen), ModelFactory.Rules, IsRules: true),
            with: services =>
            {
                services.ConfigureHttpClientDefaults(b => b.AddHttpMessageHandler(() => new Marking(marking)));
                services.AddLogging(b => b.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
            });
        var failed = copilot.Sandbox.World.Truth["failed_invoices"]![0]!;
        var rise = copilot.Sandbox.World.Truth["invoice_increases"]![0]!;
        foreach (var question in new[]
        {
            $"Why did {rise["customer_name"]}'s last invoice go up?",
            $"Show me invoice {rise["invoice_number"]}",
            $"Show the payments of {rise["customer_name"]}",
            $"Give me an overview of {rise["customer_name"]}",
            $"Was {rise["customer_name"]} charged twice?",
            $"Why did the payment of {failed["customer_name"]} fail?",
            $"Refund the last payment of {rise["customer_name"]} to card {Card}",
        })
        {
            (await copilot.AskAsync(question, $"conv_{question.Length}")).Text.Contains(Marker, StringComparison.Ordinal).ShouldBeFalse(question);
        }

        marking.Fields.Count.ShouldBeGreaterThan(8, string.Join(", ", marking.Fields.Keys));
        seen.Count.ShouldBeGreaterThan(14);
        seen.ShouldAllBe(s => !s.Contains(Marker) && !Digits().Replace(s, "").Contains("4242424242424242"));
        log.All.ShouldAllBe(l => !l.Contains(Marker) && !Digits().Replace(l, "").Contains("4242424242424242"));
        foreach (var file in Directory.GetFiles(copilot.Folder, "*.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, Encoding.Latin1);
            var stored = await reader.ReadToEndAsync();
            stored.Contains(Marker, StringComparison.Ordinal).ShouldBeFalse(file);
            stored.Contains(Card, StringComparison.Ordinal).ShouldBeFalse(file);
        }
    }

    [GeneratedRegex("[^0-9A-Z]")]
    private static partial Regex Digits();

    private sealed class Watched(IChatClient inner, ConcurrentQueue<string> seen) : DelegatingChatClient(inner)
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            ChatMessage[] sent = [.. messages];
            seen.Enqueue(string.Join('\n', sent.Select(m => StoredMessage.From(m).ToJson())));
            return base.GetResponseAsync(sent, options, cancellationToken);
        }
    }

    private sealed class Marks
    {
        public ConcurrentDictionary<string, int> Fields { get; } = new();
    }

    private sealed partial class Marking(Marks marks) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
            {
                var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
                Mark(body);
                response.Content = JsonContent.Create(body);
            }

            return response;
        }

        private void Mark(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                items.ToList().ForEach(Mark);
            }
            else if (node is JsonObject fields)
            {
                if (fields["metadata"] is JsonObject metadata)
                {
                    metadata["note"] = Marker;
                }

                foreach (var (name, value) in fields.ToList())
                {
                    if (Hidden().IsMatch(name) && (value is null || (value is JsonValue text && text.TryGetValue<string>(out _))))
                    {
                        fields[name] = Marker;
                        marks.Fields.AddOrUpdate(name, 1, (_, count) => count + 1);
                    }
                    else if (name != "metadata")
                    {
                        Mark(value);
                    }
                }
            }
        }

        /// <summary>By name: addresses, ways to reach somebody, links, secrets, and all that tells one card or account from another.</summary>
        [GeneratedRegex("email|phone|^line[12]$|^city$|postal_code|^address_|url$|^pdf$|invoice_pdf|secret|fingerprint|^iin$|network_transaction_id|authorization_code|routing_number|account_number|tax_id$|receipt_number|statement_descriptor|^footer$|_ip$|^ip$")]
        private static partial Regex Hidden();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _all = new();

        public IReadOnlyCollection<string> All => _all;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _all.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
