using System.ClientModel;
using BillingCopilot.Agents.Models.Rules;
using Microsoft.Extensions.AI;
using OpenAI;

namespace BillingCopilot.Agents.Models;

/// <summary>A model ready to be asked.</summary>
/// <param name="Label">Provider and name, for answers and logs: <c>rules</c>, <c>openai:gpt-…</c>.</param>
public sealed record ChatModel(IChatClient Client, string Label, bool IsRules);

/// <summary>Makes the client of the configured provider.</summary>
public static class ModelFactory
{
    public const string Rules = "rules";
    public const string OpenAI = "openai";

    public static IReadOnlyList<string> Providers { get; } = [Rules, OpenAI];

    /// <exception cref="AgentConfigurationException">The options can't be used; the message lists what can.</exception>
    public static ChatModel Create(ModelOptions options, RuleBook rules)
    {
        string[] problems = [.. options.Problems()];
        return problems.Length > 0
            ? throw new AgentConfigurationException(string.Join(" ", problems))
            : options.Provider == Rules
                ? new ChatModel(new RulesChatClient(rules), Rules, IsRules: true)
                : new ChatModel(OpenAIClient(options), $"{OpenAI}:{options.Name}", IsRules: false);
    }

    private static IChatClient OpenAIClient(ModelOptions options)
    {
        // A long answer of a local model takes minutes; the task's lease is renewed meanwhile.
        var settings = new OpenAIClientOptions { NetworkTimeout = TimeSpan.FromMinutes(5) };
        if (options.Endpoint is not null)
        {
            settings.Endpoint = new Uri(options.Endpoint);
        }

        // Local servers take any key, but the client insists on one.
        var key = new ApiKeyCredential(string.IsNullOrWhiteSpace(options.ApiKey) ? "none" : options.ApiKey);
        return new OpenAIClient(key, settings).GetChatClient(options.Name!).AsIChatClient();
    }
}
