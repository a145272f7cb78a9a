using System.Text.Json;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Models.Traffic;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>What a task keeps of its failure.</summary>
public static class TaskErrors
{
    private const string ForPeople = "told: ";

    /// <summary>A model that can't be asked says why and what to do; of everything else the cause is kept for those who mend it.</summary>
    public static string Of(Exception e) => e is ModelException or RecordingMissingException ? ForPeople + e.Message : TaskFaults.Cause(e);

    /// <summary>What a person may be told of it, or null.</summary>
    public static string? Told(string? error) => error?.StartsWith(ForPeople, StringComparison.Ordinal) == true ? error[ForPeople.Length..] : null;
}

/// <summary>Runs one task that this process holds, keeping the hold alive while it does.</summary>
public sealed partial class TaskRunner(
    TurnRunner turns,
    TaskLeases leases,
    PlaybookTurns playbookTurns,
    AfterTurn afterTurn,
    CatchUp catchUp,
    TaskBudget budget,
    PeopleDirectory people,
    ProposalFeed feed,
    SandboxClock clock,
    TaskSettings settings,
    TimeProvider time,
    ILogger<TaskRunner> log)
{
    /// <summary>The answer, or null when the task failed (it is then queued again or ended, with its error stored).</summary>
    public async Task<TurnAnswer?> RunAsync(TenantContext tenant, TaskRow task, Func<TurnEvent, ValueTask> onEvent, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var hold = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var heartbeat = KeepAsync(tenant, task, hold);
        try
        {
            var answer = await AnswerAsync(tenant, task, onEvent, hold.Token);
            await afterTurn.RunAsync(tenant, task, answer, hold.Token);
            if (!await leases.CompleteAsync(tenant, task, answer is null ? null : StoredAnswer.Write(answer), CancellationToken.None))
            {
                HoldLost(log, task.Id, task.Attempts);
                return null;
            }

            feed.Changed();
            return answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await leases.ReleaseAsync(tenant, task, CancellationToken.None);
            throw;
        }
        catch (HoldLostException)
        {
            HoldLost(log, task.Id, task.Attempts);
            return null;
        }
        catch (Exception e)
        {
            var fault = e is OperationCanceledException && await OverspentAsync(tenant, task) is { } overspent ? overspent : e is OperationCanceledException && time.GetElapsedTime(begun) >= Deadline ? new TimeoutException($"It took longer than {settings.DeadlineSeconds} s.", e) : e;
            if (TaskErrors.Told(TaskErrors.Of(fault)) is { } why)
            {
                NoAnswer(log, task.Id, why);
            }
            else
            {
                TaskFailed(log, fault, task.Id, task.Attempts);
            }

            await leases.FailAsync(tenant, task, TaskErrors.Of(fault), TaskFaults.IsTransient(fault), CancellationToken.None);
            return null;
        }
        finally
        {
            await hold.CancelAsync();
            await heartbeat;
        }
    }

    private TimeSpan Deadline => TimeSpan.FromSeconds(settings.DeadlineSeconds);

    private async Task<TurnAnswer?> AnswerAsync(TenantContext tenant, TaskRow task, Func<TurnEvent, ValueTask> onEvent, CancellationToken cancellationToken)
    {
        await budget.CheckAsync(tenant, task.Id, cancellationToken);
        await clock.ObserveAsync(tenant, cancellationToken);
        var input = JsonSerializer.Deserialize<TaskInput>(task.Input)!;
        if (task is { Kind: TaskKinds.Schedule, Playbook: null })
        {
            await catchUp.RunAsync(tenant, input.DueAt!.Value, cancellationToken);
            return null;
        }

        var request = task.Playbook is null
            ? new TurnRequest(tenant, Requester(task), task.ConversationId, task.Id, input.Text!) { Channel = input.Channel ?? Channels.Api, Attempt = task.Attempts, Interrupted = task.Abandoned }
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
            var renewed = time.GetTimestamp();
            while (await timer.WaitForNextTickAsync(hold.Token))
            {
                var still = await RenewedAsync(tenant, task, hold.Token);
                renewed = still == true ? time.GetTimestamp() : renewed;
                if (still == false || time.GetElapsedTime(renewed) >= leases.Length || (still == true && await OverspentAsync(tenant, task) is not null))
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

    private async Task<TaskBudgetException?> OverspentAsync(TenantContext tenant, TaskRow task)
    {
        try
        {
            await budget.CheckAsync(tenant, task.Id, CancellationToken.None);
            return null;
        }
        catch (TaskBudgetException e)
        {
            return e;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // Not to be known now.
            return null;
        }
    }

    /// <summary>False when another process has the task; null when the database did not answer, which a moment later it may.</summary>
    private async Task<bool?> RenewedAsync(TenantContext tenant, TaskRow task, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.RenewAsync(tenant, task, cancellationToken);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            NotRenewed(log, e, task.Id);
            return null;
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The hold on task {TaskId} could not be renewed now; it is tried again")]
    private static partial void NotRenewed(ILogger log, Exception e, string taskId);

    [LoggerMessage(3, LogLevel.Warning, "Task {TaskId} got no answer: {Why}")]
    private static partial void NoAnswer(ILogger log, string taskId, string why);

    [LoggerMessage(4, LogLevel.Warning, "Task {TaskId} was taken over by another process during attempt {Attempt}; what it found here is dropped")]
    private static partial void HoldLost(ILogger log, string taskId, int attempt);

    [LoggerMessage(1, LogLevel.Error, "Task {TaskId} failed in attempt {Attempt}")]
    private static partial void TaskFailed(ILogger log, Exception e, string taskId, int attempt);
}
