using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Answers by script, one step a call; a call beyond the script fails. Each step sees the request.</summary>
internal sealed class ScriptedModel(params Func<ScriptedRequest, ChatResponse>[] steps) : IChatClient
{
    private readonly List<ScriptedRequest> _requests = [];

    public IReadOnlyList<ScriptedRequest> Requests => _requests;

    public ChatModel Model => new(this, "scripted", IsRules: false);

    public static Func<ScriptedRequest, ChatResponse> Say(string text) => _ => new ChatResponse(new ChatMessage(ChatRole.Assistant, text))
    {
        Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 },
    };

    public static Func<ScriptedRequest, ChatResponse> Call(string tool, params (string Name, object? Value)[] arguments) => request =>
        new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"call_{request.Position}", tool, arguments.ToDictionary(a => a.Name, a => a.Value))]));

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new ScriptedRequest(_requests.Count, [.. messages], options);
        _requests.Add(request);
        return request.Position < steps.Length
            ? Task.FromResult(steps[request.Position](request))
            : throw new InvalidOperationException($"Unexpected call {request.Position} of the model.");
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

internal sealed record ScriptedRequest(int Position, IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
{
    /// <summary>Everything that went to the model, as text.</summary>
    public string All => string.Join('\n', Messages.Select(m => StoredMessage.From(m).ToJson()));

    /// <summary>Results of the last message.</summary>
    public string LastResult => string.Join('\n', Messages[^1].Contents.OfType<FunctionResultContent>().Select(StoredMessage.ResultText));
}
