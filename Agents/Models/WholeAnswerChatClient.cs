using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Models;

/// <summary>Does its work on whole answers: asked for a stream, it gives the pieces of one that is whole.</summary>
public abstract class WholeAnswerChatClient(IChatClient inner) : DelegatingChatClient(inner)
{
    public sealed override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }
}
