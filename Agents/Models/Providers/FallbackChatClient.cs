using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>One of the models that may answer. It tells of its own requests.</summary>
internal sealed record Candidate(IChatClient Client, string Label);

/// <summary>Asks the first model, and when it does not answer the next: each gets the same request. The response says who answered and why.</summary>
internal sealed partial class FallbackChatClient(IReadOnlyList<Candidate> candidates, ILogger log) : IChatClient
{
    /// <summary>Name of the property of a response that says that another model answered.</summary>
    public const string Notice = "model_notice";

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        var failed = new List<ModelException>();
        foreach (var candidate in candidates)
        {
            try
            {
                var response = await candidate.Client.GetResponseAsync(sent, options, cancellationToken);
                return Signed(response, candidate, failed);
            }
            catch (ModelException e)
            {
                NotAnswered(log, e.Message);
                failed.Add(e);
            }
        }

        throw failed[0];
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        var failed = new List<ModelException>();
        foreach (var candidate in candidates)
        {
            await using var updates = candidate.Client.GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            if (!await BeginsAsync(updates, failed))
            {
                continue;
            }

            updates.Current.ModelId = candidate.Label;
            if (NoticeOf(candidate, failed) is { } notice)
            {
                (updates.Current.AdditionalProperties ??= [])[Notice] = notice;
            }

            do
            {
                yield return updates.Current;
            }
            while (await updates.MoveNextAsync());
            yield break;
        }

        throw failed[0];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : candidates[0].Client.GetService(serviceType, serviceKey);

    public void Dispose()
    {
        // Lives as long as the process; the tool loop disposes its inner client.
    }

    /// <summary>Only before its first piece can a model be replaced by another.</summary>
    private async Task<bool> BeginsAsync(IAsyncEnumerator<ChatResponseUpdate> updates, List<ModelException> failed)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ModelException e)
        {
            NotAnswered(log, e.Message);
            failed.Add(e);
            return false;
        }
    }

    private static ChatResponse Signed(ChatResponse response, Candidate candidate, List<ModelException> failed)
    {
        response.ModelId = candidate.Label;
        if (NoticeOf(candidate, failed) is { } notice)
        {
            (response.AdditionalProperties ??= [])[Notice] = notice;
        }

        return response;
    }

    private static string? NoticeOf(Candidate candidate, List<ModelException> failed) => failed.Count == 0
        ? null
        : $"{string.Join(", and ", failed.Select(f => $"{f.Model} did not answer ({f.Reason})"))}; {(candidate.Label == ModelFactory.Rules ? "the rules model" : candidate.Label)} stood in.";

    [LoggerMessage(2101, LogLevel.Warning, "{Fault}")]
    private static partial void NotAnswered(ILogger log, string fault);
}
