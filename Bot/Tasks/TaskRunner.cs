using System.Text.Json;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Models.Traffic;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>What a task keeps of its failure.</summary>
public static class TaskErrors
{
    private const string ForPeople = "told: ";

    /// <summary>A model that can't be asked says why and what to do; of everything else only the kind is kept.</summary>
    public static string Of(Exception e) => e is ModelException or RecordingMissingException ? ForPeople + e.Message : e.GetType().Name;

    /// <summary>What a person may be told of it, or null.</summary>
    public static string? Told(string? error) => error?.StartsWith(ForPeople, StringComparison.Ordinal) == true ? error[ForPeople.Length..] : null;
}

/// <summary>Runs one task that this process holds, keeping the hold alive while it does.</summary>
public sealed partial class TaskRunner(
    TurnRunner turns,
    TaskLeases leases,
    PlaybookTurns playbookTurns,
    AfterTurn afterTurn,
    PeopleDirectory people,
    ProposalFeed feed,
    SandboxClock clock,
    TimeProvider time,
    ILogger<TaskRunner> log)
{
    /// <summary>The answer, or null when the task failed (it is then queued again or ended, with its error stored).</summary>
    public async Task<TurnAnswer?> RunAsync(TenantContext tenant, TaskRow task, Func<TurnEvent, ValueTask> onEvent, CancellationToken cancellationToken)
    {
        using var hold = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heartbeat = KeepAsync(tenant, task, hold);
        try
        {
            var answer = await AnswerAsync(tenant, task, onEvent, hold.Token);
            await afterTurn.RunAsync(tenant, task, answer, cancellationToken);
            await leases.CompleteAsync(tenant, task, answer is null ? null : StoredAnswer.Write(answer), cancellationToken);
            feed.Changed();
            return answer;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (TaskErrors.Told(TaskErrors.Of(e)) is { } why)
            {
                NoAnswer(log, task.Id, why);
            }
            else
            {
                TaskFailed(log, e, task.Id, task.Attempts);
            }

            await leases.FailAsync(tenant, task, TaskErrors.Of(e), cancellationToken);
            return null;
        }
        finally
        {
            await hold.CancelAsync();
            await heartbeat;
        }
    }

    private async Task<TurnAnswer?> AnswerAsync(TenantContext tenant, TaskRow task, Func<TurnEvent, ValueTask> onEvent, CancellationToken cancellationToken)
    {
        await clock.ObserveAsync(tenant, cancellationToken);
        var input = JsonSerializer.Deserialize<TaskInput>(task.Input)!;
        var request = input.EventType is null
            ? new TurnRequest(tenant, Requester(task), task.ConversationId, task.Id, input.Text!) { Channel = input.Channel ?? Channels.Api }
            : await playbookTurns.PrepareAsync(tenant, task, input, cancellationToken);
        return request is null ? null : await turns.RunAsync(request, onEvent, cancellationToken);
    }

    private Person Requester(TaskRow task) =>
        people.Find(task.RequestedBy) ?? throw new InvalidOperationException($"Person '{task.RequestedBy}' of task {task.Id} is no longer known.");

    private async Task KeepAsync(TenantContext tenant, TaskRow task, CancellationTokenSource hold)
    {
        try
        {
            using var timer = new PeriodicTimer(leases.RenewEvery, time);
            while (await timer.WaitForNextTickAsync(hold.Token))
            {
                if (!await RenewedAsync(tenant, task, hold.Token))
                {
                    await hold.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The task ended.
        }
    }

    /// <summary>False when another process has the task. A database that is away for a moment is not that.</summary>
    private async Task<bool> RenewedAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.RenewAsync(tenant, task, cancellationToken);
        }
        catch (System.Data.Common.DbException e)
        {
            NotRenewed(log, e, task.Id);
            return true;
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The hold on task {TaskId} could not be renewed now; it is tried again")]
    private static partial void NotRenewed(ILogger log, Exception e, string taskId);

    [LoggerMessage(3, LogLevel.Warning, "Task {TaskId} got no answer: {Why}")]
    private static partial void NoAnswer(ILogger log, string taskId, string why);

    [LoggerMessage(1, LogLevel.Error, "Task {TaskId} failed in attempt {Attempt}")]
    private static partial void TaskFailed(ILogger log, Exception e, string taskId, int attempt);
}
