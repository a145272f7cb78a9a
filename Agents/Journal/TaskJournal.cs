using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Agents.Journal;

/// <summary>
/// What one task has already been answered, by models and tools. A resumed task reads it back instead of asking
/// again, so that it proposes the same.
/// </summary>
/// <param name="scope">The specialist: several of them may work on one task.</param>
public sealed class TaskJournal(TurnRecord record, TenantContext tenant, string scope, BusinessClock clock)
{
    public const string Model = "model";
    public const string Tool = "tool";

    /// <summary>The journaled content, or null when this step was never finished. Throws when it answered another request.</summary>
    public string? Find(string kind, string key, string requestHash)
    {
        var row = record.Earlier(kind, Scoped(key));
        return row is null || row.RequestHash == requestHash ? row?.Content : throw new JournalMismatchException(record.TaskId, kind, Scoped(key));
    }

    /// <summary>Records a finished step. A model's answer is written before the turn goes on.</summary>
    public void Append(string kind, string key, string requestHash, string content) => record.Add(
        new StepRow
        {
            TenantId = tenant.Id,
            TaskId = record.TaskId,
            Kind = kind,
            Key = Scoped(key),
            RequestHash = requestHash,
            Content = content,
            At = clock.UtcNow,
        },
        due: kind == Model);

    /// <summary>Before a tool or a model: what was answered so far is stored first.</summary>
    /// <param name="effect">What comes is kept by others: everything goes before it.</param>
    public Task BeforeAsync(bool effect, CancellationToken cancellationToken) => effect ? record.WriteAsync(cancellationToken) : record.WriteIfDueAsync(cancellationToken);

    public static string Digest(string request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)));

    private string Scoped(string key) => $"{scope}:{key}";
}

/// <summary>
/// A resumed task asks something else than it did before it stopped (the prompt or the code changed in between),
/// so what it was told then can't be trusted to fit.
/// </summary>
public sealed class JournalMismatchException(string taskId, string kind, string key)
    : Exception($"Task {taskId} was resumed with another request at {kind} step {key} than the one journaled. Ask again in a new turn.");
