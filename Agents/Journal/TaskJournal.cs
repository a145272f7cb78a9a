using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Agents.Journal;

/// <summary>
/// What one task has already been answered, by models and tools. A resumed task reads it back instead of asking
/// again, so that it proposes the same. Handles issued on the way are stored in the same transaction.
/// </summary>
/// <param name="scope">The specialist: several of them may work on one task.</param>
public sealed class TaskJournal(CopilotDbFactory databases, TenantContext tenant, string conversationId, string taskId, string scope, HandleMap handles, BusinessClock clock)
{
    public const string Model = "model";
    public const string Tool = "tool";

    /// <summary>The journaled content, or null when this step was never finished. Throws when it answered another request.</summary>
    public async Task<string?> FindAsync(string kind, string key, string requestHash, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var row = await db.Steps.AsNoTracking().FirstOrDefaultAsync(r => r.TaskId == taskId && r.Kind == kind && r.Key == Scoped(key), cancellationToken);
        return row is null || row.RequestHash == requestHash ? row?.Content : throw new JournalMismatchException(taskId, kind, Scoped(key));
    }

    /// <summary>Records a finished step.</summary>
    public async Task AppendAsync(string kind, string key, string requestHash, string content, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        db.Steps.Add(new StepRow
        {
            TenantId = tenant.Id,
            TaskId = taskId,
            Kind = kind,
            Key = Scoped(key),
            RequestHash = requestHash,
            Content = content,
            At = clock.UtcNow,
        });
        await HandleStore.SaveAsync(db, conversationId, handles, cancellationToken);
    }

    public static string Digest(string request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)));

    private string Scoped(string key) => $"{scope}:{key}";
}

/// <summary>
/// A resumed task asks something else than it did before it stopped (the prompt or the code changed in between),
/// so what it was told then can't be trusted to fit.
/// </summary>
public sealed class JournalMismatchException(string taskId, string kind, string key)
    : Exception($"Task {taskId} was resumed with another request at {kind} step {key} than the one journaled. Ask again in a new turn.");
