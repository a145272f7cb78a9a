using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models.Traffic;

/// <summary>Writes every answered request to a folder, so that the run can be played back without the model.</summary>
public sealed class RecordingChatClient(IChatClient inner, TrafficFolder folder, string model) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        var (name, request) = TrafficFolder.Describe(model, sent, options);
        var response = await base.GetResponseAsync(sent, options, cancellationToken);
        folder.Write(name, request, RecordedResponse.From(response));
        return response;
    }
}

/// <summary>Answers from a folder and asks no model.</summary>
public sealed class ReplayingChatClient(TrafficFolder folder, string model) : IChatClient
{
    /// <exception cref="RecordingMissingException">This request was never recorded.</exception>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (name, request) = TrafficFolder.Describe(model, messages, options);
        return Task.FromResult(folder.Read(name, request).ToResponse());
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // Holds nothing.
    }
}
