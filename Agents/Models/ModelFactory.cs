using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Models.Traffic;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BillingCopilot.Agents.Models;

/// <summary>A model ready to be asked.</summary>
/// <param name="Label">Provider and name, for answers and logs: <c>rules</c>, <c>openai:gpt-…</c>.</param>
public sealed record ChatModel(IChatClient Client, string Label, bool IsRules)
{
    /// <summary>Models of their own for some specialists, by name.</summary>
    public IReadOnlyDictionary<string, ChatModel> ByAgent { get; init; } = new Dictionary<string, ChatModel>();

    /// <summary>The model of a specialist; of the coordinator as <c>coordinator</c>.</summary>
    public ChatModel For(string agent) => ByAgent.GetValueOrDefault(agent) ?? this;
}

/// <summary>Makes the clients of the configured providers, with their patience and their stand-ins.</summary>
public static class ModelFactory
{
    public const string Rules = "rules";
    public const string OpenAI = "openai";
    public const string AzureOpenAI = "azure-openai";
    public const string Anthropic = "anthropic";
    public const string Ollama = "ollama";

    /// <summary>As <c>Model:Fallback:Provider</c>: nobody stands in, the turn fails.</summary>
    public const string None = "none";

    public static IReadOnlyList<string> Providers { get; } = [Rules, OpenAI, AzureOpenAI, Anthropic, Ollama];

    /// <exception cref="AgentConfigurationException">The options can't be used; the message lists what can.</exception>
    public static ChatModel Create(ModelOptions options, RuleBook rules, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new AgentConfigurationException(string.Join(" ", problems));
        }

        var log = (loggers ?? NullLoggerFactory.Instance).CreateLogger<FallbackChatClient>();
        var gates = new ProviderGates(options, time ?? TimeProvider.System);
        ChatModel Model(ModelChoice choice) => New(choice, options, rules, gates, log);
        return Model(options.For("")) with { ByAgent = options.Agents.ToDictionary(a => a.Key, a => Model(options.For(a.Key)), StringComparer.Ordinal) };
    }

    private static ChatModel New(ModelChoice choice, ModelOptions options, RuleBook rules, ProviderGates gates, ILogger log)
    {
        if (options.Replay is { } replay)
        {
            return new ChatModel(new ReplayingChatClient(new TrafficFolder(replay), choice.Label), choice.Label, choice.Provider == Rules);
        }

        IChatClient client = choice.Provider == Rules ? new RulesChatClient(rules) : WithStandIns(choice, options, rules, gates, log);
        return new ChatModel(
            options.Record is { } record ? new RecordingChatClient(client, new TrafficFolder(record), choice.Label) : client,
            choice.Label,
            choice.Provider == Rules);
    }

    private static FallbackChatClient WithStandIns(ModelChoice choice, ModelOptions options, RuleBook rules, ProviderGates gates, ILogger log)
    {
        var chain = new List<Candidate> { new(Steady(choice, gates), choice.Label) };
        if (options.Fallback.Provider is not (Rules or None))
        {
            chain.Add(new Candidate(Steady(options.Fallback, gates), options.Fallback.Label));
        }

        if (options.Fallback.Provider != None)
        {
            chain.Add(new Candidate(new RulesChatClient(rules), Rules));
        }

        return new FallbackChatClient(chain, log);
    }

    private static SteadyChatClient Steady(ModelChoice choice, ProviderGates gates) =>
        new(ProviderClients.Create(choice, gates.Time), choice.Label, gates.For(choice), gates.Options, gates.Time);
}
