using System.Diagnostics;
using System.Globalization;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>
/// What people and Stripe do in a round: an event is delivered twice, a credit is asked for and approved. Whoever gets
/// no answer asks again, as they would. What was accepted is remembered, and counted at the end.
/// </summary>
internal sealed class ChaosWork(ChaosStage stage)
{
    private static readonly TenantContext Tenant = new("default", "", false);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly List<string> _events = [];
    private readonly Dictionary<string, long> _credits = new(StringComparer.Ordinal);
    private long? _interrupted;

    /// <summary>Approved proposals and their amounts in minor units.</summary>
    public IReadOnlyDictionary<string, long> Credits => _credits;

    /// <summary>The time from now to the end of the round is what the interruption cost; nothing, when the work was over.</summary>
    public void Interrupted(bool working) => _interrupted = working ? Stopwatch.GetTimestamp() : null;

    /// <summary>Gives the work of a round and sees it to its end, through the death of the copilot if it comes to that.</summary>
    public async Task DoAsync(int round, CancellationToken cancellationToken)
    {
        _interrupted = null;
        using var client = new ChaosClient();
        var sent = stage.Plot.Event(round, _events.Count);
        var accepted = await TryAsync(() => client.DeliverAsync(stage.Address, sent, cancellationToken), cancellationToken);
        await TryAsync(() => client.DeliverAsync(stage.Address, sent, cancellationToken), cancellationToken);
        _events.Add(accepted);
        stage.Tally.Events++;

        var proposal = await CreditAsync(client, round, cancellationToken);
        await TryAsync(() => client.ApproveAsync(stage.Address, proposal.Id, proposal.Hash, cancellationToken), cancellationToken);
        stage.Tally.Approvals++;
        _credits[proposal.Id] = proposal.AmountMinor!.Value;
        await UntilAsync($"approved proposal {proposal.Id} ends", async db => await db.Proposals.AnyAsync(p => p.Id == proposal.Id && p.Status != "approved" && p.Status != "executing" && p.Status != "pending", cancellationToken), cancellationToken);
        await UntilAsync($"the task of event {accepted} ends", db => EndedAsync(db, accepted, cancellationToken), cancellationToken);
        if (_interrupted is { } since && Stopwatch.GetElapsedTime(since) is var took && took > stage.Tally.LongestResume)
        {
            stage.Tally.LongestResume = took;
        }
    }

    /// <summary>Waits until nothing is left to be done.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => UntilAsync(
        "open tasks end", async db => !await db.Tasks.AnyAsync(t => t.Status == TaskStates.Queued || t.Status == TaskStates.Running, cancellationToken), cancellationToken);

    /// <summary>Compares what was accepted with the database, and the approvals with the sandbox's ledger.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var db = stage.Databases.Open(Tenant);
        foreach (var id in _events)
        {
            var rows = await db.Inbox.Where(e => e.EventId == id).Select(e => e.TaskId).ToListAsync(cancellationToken);
            stage.Tally.Compare($"event {id} in the inbox", rows.Count, 1);
        }

        var tasks = await db.Tasks.AsNoTracking().ToListAsync(cancellationToken);
        foreach (var task in tasks.Where(t => t.Kind == TaskKinds.Webhook))
        {
            stage.Tally.Compare($"task {task.Id} ({task.Status}, {task.Error}) done", task.Status == TaskStates.Done ? 1 : 0, 1);
            stage.Tally.Compare($"reminders of task {task.Id}", await db.Proposals.CountAsync(p => p.TaskId == task.Id, cancellationToken), 1);
        }

        foreach (var proposal in _credits.Keys)
        {
            var status = await db.Proposals.Where(p => p.Id == proposal).Select(p => p.Status).SingleAsync(cancellationToken);
            stage.Tally.Compare($"approved proposal {proposal} ({status}) executed", status == "executed" ? 1 : 0, 1);
        }
    }

    /// <summary>The proposal that came of asking for a credit of an amount that no other round asks for.</summary>
    private async Task<ProposalRow> CreditAsync(ChaosClient client, int round, CancellationToken cancellationToken)
    {
        var (text, amount) = stage.Plot.Question(round, stage.Number);
        while (true)
        {
            await TryAsync(async () =>
            {
                await client.AskAsync(stage.Address, text, cancellationToken);
                return true;
            }, cancellationToken, giveUp: () => StoredAsync(text, cancellationToken));
            await UntilAsync($"the question \"{text}\" ends", async db => !await Asked(db, text).AnyAsync(t => t.Status == TaskStates.Queued || t.Status == TaskStates.Running, cancellationToken), cancellationToken);
            var proposals = new List<ProposalRow>();
            var answer = "";
            await UntilAsync($"what came of \"{text}\" can be read", async db =>
            {
                proposals = await db.Proposals.AsNoTracking().Where(p => p.AmountMinor == amount && p.Operation == "issue_credit_note").ToListAsync(cancellationToken);
                answer = await Asked(db, text).Where(t => t.Status == TaskStates.Done).Select(t => t.Answer).FirstOrDefaultAsync(cancellationToken);
                return true;
            }, cancellationToken);
            if (proposals.Count > 0)
            {
                stage.Tally.Compare($"most proposals of one asking of \"{text}\"", proposals.GroupBy(p => p.TaskId).Max(g => g.Count()), 1);
                return proposals.OrderBy(p => p.CreatedAt).Last();
            }

            // A question that failed for want of a database is asked again, as the answer says.
            if (!string.IsNullOrEmpty(answer))
            {
                throw new InvalidOperationException($"\"{text}\" led to no proposal: {answer}");
            }
        }
    }

    private async Task<bool> StoredAsync(string text, CancellationToken cancellationToken)
    {
        await using var db = stage.Databases.Open(Tenant);
        return await Asked(db, text).AnyAsync(cancellationToken);
    }

    private static IQueryable<TaskRow> Asked(CopilotDb db, string text) => db.Tasks.Where(t => t.Kind == TaskKinds.Chat && t.Input.Contains(text));

    private static async Task<bool> EndedAsync(CopilotDb db, string eventId, CancellationToken cancellationToken)
    {
        var task = await db.Inbox.Where(e => e.EventId == eventId).Select(e => e.TaskId).SingleOrDefaultAsync(cancellationToken);
        return task is not null && await db.Tasks.AnyAsync(t => t.Id == task && (t.Status == TaskStates.Done || t.Status == TaskStates.Failed), cancellationToken);
    }

    /// <summary>Calls until it is answered; a dead copilot's heir is asked next.</summary>
    /// <param name="giveUp">True when, though unanswered, the call need not be made again.</param>
    private static async Task<T> TryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken, Func<Task<bool>>? giveUp = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, limit.Token);
                if (giveUp is not null && await PassingAsync(giveUp))
                {
                    return default!;
                }
            }
        }
    }

    private async Task UntilAsync(string what, Func<CopilotDb, Task<bool>> holds, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await PassingAsync(async () =>
        {
            await using var db = stage.Databases.Open(Tenant);
            return await holds(db);
        }))
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                stage.Tally.Lost++;
                throw new InvalidOperationException($"Waited {Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s for this: {what}.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>False too when the database is away for the moment.</summary>
    private static async Task<bool> PassingAsync(Func<Task<bool>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException { InnerException: System.Data.Common.DbException } or IOException or TimeoutException)
        {
            return false;
        }
    }
}
