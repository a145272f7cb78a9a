using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Runs chat turns as durable tasks. The turn goes on when its listener leaves: the answer is then in the
/// conversation.
/// </summary>
public sealed class ChatTurns(TaskIntake intake, TaskRunner runner, CopilotDbFactory databases, TurnStreams streams, Drain drain)
{
    /// <summary>True when the conversation exists and is this person's.</summary>
    public async Task<bool> OwnsAsync(TenantContext tenant, Person person, string conversationId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Conversations.AnyAsync(c => c.Id == conversationId && c.Person == person.Id, cancellationToken);
    }

    /// <summary>The person's last conversation, or null.</summary>
    public async Task<string?> LastAsync(TenantContext tenant, Person person, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Conversations.Where(c => c.Person == person.Id && !c.Id.StartsWith(DirectTools.Agent + "_")).OrderByDescending(c => c.UpdatedAt).Select(c => c.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The turn's events as they happen.</summary>
    /// <param name="channel">Where the answer is read: one of <see cref="Channels"/>.</param>
    public async IAsyncEnumerable<TurnEvent> EventsAsync(
        TenantContext tenant, Person person, string? conversationId, string text, string channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var task = await intake.AcceptChatAsync(tenant, person, conversationId, text, channel, cancellationToken);
        var finished = false;
        var events = Channel.CreateUnbounded<TurnEvent>();
        var run = RunAsync(tenant, task, events.Writer);
        await foreach (var e in events.Reader.ReadAllAsync(cancellationToken))
        {
            finished |= e is TurnEvent.Finished;
            yield return e;
        }

        await run;
        if (!finished && await CauseAsync(tenant, task.Id, cancellationToken) is { } cause)
        {
            yield return new TurnEvent.Stopped(cause);
        }
    }

    /// <summary>The answer, without its events.</summary>
    /// <exception cref="TurnFailedException">The turn failed; nothing was written.</exception>
    public async Task<TurnAnswer> AskAsync(TenantContext tenant, Person person, string? conversationId, string text, string channel, CancellationToken cancellationToken)
    {
        var task = await intake.AcceptChatAsync(tenant, person, conversationId, text, channel, cancellationToken);
        return await runner.RunAsync(tenant, task, _ => ValueTask.CompletedTask, cancellationToken)
            ?? throw new TurnFailedException(task.Id, await CauseAsync(tenant, task.Id, cancellationToken));
    }

    /// <summary>The turn's events as they are sent; they are kept besides, so that a client may go on reading at any node.</summary>
    public async IAsyncEnumerable<(string TaskId, StreamedEvent Event)> StreamAsync(
        TenantContext tenant, Person person, string? conversationId, string text, string channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var task = await intake.AcceptChatAsync(tenant, person, conversationId, text, channel, cancellationToken);
        var stream = await streams.WriteAsync(tenant, task, CancellationToken.None);
        var events = Channel.CreateUnbounded<StreamedEvent>();
        _ = RunStreamedAsync(tenant, task, stream, events.Writer);
        await foreach (var e in events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return (task.Id, e);
        }
    }

    /// <summary>The events of a turn after a place, wherever it runs.</summary>
    public IAsyncEnumerable<StreamedEvent> ResumeAsync(TenantContext tenant, string taskId, int after, CancellationToken cancellationToken) =>
        streams.ReadAsync(tenant, taskId, after, cancellationToken);

    /// <summary>True when the turn is one of this person's.</summary>
    public async Task<bool> AskedAsync(TenantContext tenant, Person person, string taskId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await db.Tasks.AnyAsync(t => t.Id == taskId && t.Kind == TaskKinds.Chat && t.RequestedBy == person.Id, cancellationToken);
    }

    private async Task RunStreamedAsync(TenantContext tenant, TaskRow task, StreamedTurn stream, ChannelWriter<StreamedEvent> events)
    {
        try
        {
            var answered = false;
            await runner.RunAsync(tenant, task, async e =>
            {
                answered |= e is TurnEvent.Finished or TurnEvent.Stopped;
                if (await stream.AppendAsync(e) is { } streamed)
                {
                    await events.WriteAsync(streamed);
                }
            }, drain.Over);
            if (!answered && !await GoesOnAsync(tenant, task.Id))
            {
                await events.WriteAsync(await stream.EndAsync(await CauseAsync(tenant, task.Id, CancellationToken.None)));
            }
        }
        catch (OperationCanceledException)
        {
            // Shutting down: the task was given back, and the stream goes on where it is taken up.
        }
        catch (Exception e)
        {
            events.Complete(e);
        }
        finally
        {
            events.TryComplete();
        }
    }

    /// <summary>True while another process works on it: its client reads on there.</summary>
    private async Task<bool> GoesOnAsync(TenantContext tenant, string taskId)
    {
        await using var db = databases.Open(tenant);
        return await db.Tasks.AnyAsync(t => t.Id == taskId && (t.Status == TaskStates.Queued || t.Status == TaskStates.Running));
    }

    private async Task<string?> CauseAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return TaskErrors.Told(await db.Tasks.Where(t => t.Id == taskId).Select(t => t.Error).FirstOrDefaultAsync(cancellationToken));
    }

    private async Task RunAsync(TenantContext tenant, TaskRow task, ChannelWriter<TurnEvent> events)
    {
        try
        {
            await runner.RunAsync(tenant, task, e => events.WriteAsync(e), drain.Over);
        }
        catch (OperationCanceledException)
        {
            // Shutting down: the task was given back, and another process takes it up.
        }
        finally
        {
            events.Complete();
        }
    }
}

/// <summary>A turn ended without an answer; nothing was written.</summary>
public sealed class TurnFailedException(string taskId, string? cause = null) : Exception(cause ?? $"{Words} Task {taskId} holds the cause.")
{
    /// <summary>What a person is told.</summary>
    public const string Words = "The answer could not be finished. Nothing was changed; ask again in a moment.";
}
