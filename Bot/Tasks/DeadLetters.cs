using System.Text.Json;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>A task that was given up.</summary>
/// <param name="About">The event's type and object, or what the schedule is for.</param>
/// <param name="Cause">What the last attempt failed of.</param>
public sealed record DeadLetter(string Id, string Kind, string? Playbook, string? About, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? FailedAt, string? Cause);

/// <summary>Tasks that were given up, with their causes; each can be driven again once the cause is mended. Chats are asked anew instead.</summary>
public sealed class DeadLetters(CopilotDbFactory databases, TaskSignal signal)
{
    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var rows = await Dead(db).AsNoTracking().OrderBy(t => t.CreatedAt).ToListAsync(cancellationToken);
        return [.. rows.Select(Letter)];
    }

    public async Task<int> CountAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        return await Dead(db).CountAsync(cancellationToken);
    }

    /// <summary>Queues a dead letter with a fresh number of attempts; false when it is none.</summary>
    public async Task<bool> RedriveAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        if (await Dead(db).AsNoTracking().SingleOrDefaultAsync(t => t.Id == taskId, cancellationToken) is not { } row)
        {
            return false;
        }

        // The token goes on growing: a process that still holds an old one must not match.
        var input = JsonSerializer.Serialize(JsonSerializer.Deserialize<TaskInput>(row.Input)! with { Redriven = row.Attempts });
        var queued = await Dead(db).Where(t => t.Id == taskId && t.Attempts == row.Attempts).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Status, TaskStates.Queued)
                .SetProperty(t => t.Input, input)
                .SetProperty(t => t.AvailableAt, TaskLeases.AtOnce)
                .SetProperty(t => t.CompletedAt, (DateTimeOffset?)null),
            cancellationToken);
        signal.Raise();
        return queued == 1;
    }

    private static IQueryable<TaskRow> Dead(CopilotDb db) => db.Tasks.Where(t => t.Status == TaskStates.Failed && t.Kind != TaskKinds.Chat);

    private static DeadLetter Letter(TaskRow row)
    {
        var input = JsonSerializer.Deserialize<TaskInput>(row.Input)!;
        return new(row.Id, row.Kind, row.Playbook, $"{input.EventType} {input.ObjectId}".Trim(), row.Attempts - input.Redriven, row.CreatedAt, row.CompletedAt, TaskErrors.Told(row.Error) ?? row.Error);
    }
}
