using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Polly;
using CallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>
/// Asks one model patiently: always streaming underneath, so that a stalled or cut answer is seen at once, with
/// time limits, repetitions and the provider's breaker. It answers whole or throws a <see cref="ModelException"/>.
/// </summary>
internal sealed class SteadyChatClient(IChatClient inner, string model, ResiliencePipeline pipeline, ModelOptions options, TimeProvider time) : IChatClient
{
    /// <summary>What stands for arguments that a model wrote, but not as JSON: the tool refuses it and says what it takes.</summary>
    public const string NotJson = "arguments_were_not_json";

    private volatile bool _streams = true;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? chat = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        return await GuardedAsync(token => TriedAsync(() => _streams ? StreamedAsync(sent, chat, token) : AtOnceAsync(sent, chat, token), token), cancellationToken);
    }

    /// <summary>Pieces as they come. It is repeated only until the first one is there: what was given out is not taken back.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? chat = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        await using var stream = await GuardedAsync(token => OpenedAsync(sent, chat, token), cancellationToken);
        var finished = false;
        do
        {
            finished |= stream.Current.FinishReason is not null;
            yield return stream.Current;
        }
        while (await stream.NextAsync());

        if (!finished)
        {
            throw Faults.Cut(model);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : inner.GetService(serviceType, serviceKey);

    public void Dispose()
    {
        // Lives as long as the process; the tool loop disposes its inner client.
    }

    private async Task<T> GuardedAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await attempt(token), cancellationToken);
        }
        catch (Exception e) when (e is not ModelException && !cancellationToken.IsCancellationRequested)
        {
            var fault = Faults.Of(model, e);
            if (fault.Fault == ModelFault.Open)
            {
                ModelAttempts.Tell(new ModelAttempt(model, null, ModelAttempt.NotAsked));
            }

            throw fault;
        }
    }

    /// <summary>One request, with its end told of, whether it is used, repeated or given up.</summary>
    private async Task<ChatResponse> TriedAsync(Func<Task<ChatResponse>> ask, CancellationToken cancellationToken)
    {
        ChatResponse? response = null;
        try
        {
            response = await ask();
            ModelAttempts.Tell(new ModelAttempt(model, Whole(response), null));
            return response;
        }
        catch (Exception e)
        {
            ModelAttempts.Tell(ModelAttempt.Failed(model, e, cancellationToken) with { Response = response });
            throw;
        }
    }

    private async Task<GuardedStream> OpenedAsync(ChatMessage[] sent, ChatOptions? chat, CancellationToken cancellationToken)
    {
        var stream = new GuardedStream(token => inner.GetStreamingResponseAsync(sent, chat, token), model, options, time, cancellationToken);
        try
        {
            return await stream.NextAsync() ? stream : throw Faults.Empty(model);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<ChatResponse> StreamedAsync(ChatMessage[] sent, ChatOptions? chat, CancellationToken cancellationToken)
    {
        var updates = new List<ChatResponseUpdate>();
        await AnswerPieces.TellAsync(null);
        await using (var stream = new GuardedStream(token => inner.GetStreamingResponseAsync(sent, chat, token), model, options, time, cancellationToken))
        {
            while (await stream.NextAsync())
            {
                updates.Add(stream.Current);
                await AnswerPieces.TellAsync(stream.Current);
            }
        }

        if (updates.Count == 0)
        {
            // A server that can't stream answers with one document, in which a reader of streams sees nothing.
            ModelAttempts.Tell(ModelAttempt.Failed(model, Faults.Empty(model), cancellationToken));
            var whole = await AtOnceAsync(sent, chat, cancellationToken);
            _streams = false;
            return whole;
        }

        return updates.Any(u => u.FinishReason is not null) ? updates.ToChatResponse() : throw Faults.Cut(model);
    }

    private async Task<ChatResponse> AtOnceAsync(ChatMessage[] sent, ChatOptions? chat, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await inner.GetResponseAsync(sent, chat, either.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Faults.Of(model, e);
        }
    }

    private ChatResponse Whole(ChatResponse response)
    {
        var calls = response.Messages.SelectMany(m => m.Contents).OfType<CallContent>().ToList();
        foreach (var call in calls.Where(c => c.Exception is not null))
        {
            call.Arguments = new Dictionary<string, object?> { [NotJson] = true };
        }

        response.ModelId = model;
        return calls.Count > 0 || response.Text.Trim().Length > 0 ? response : throw Faults.Empty(model);
    }
}
