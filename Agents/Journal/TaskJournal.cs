using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BillingCopilot.Agents.Tools;
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
    public const string Given = "given";
    public const string Proposed = "proposed";

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

    /// <summary>Records a sentence of an answer that is not finished yet: stored before anybody reads it.</summary>
    public Task KeepGivenAsync(int number, GivenSentence sentence)
    {
        Append(Given, Number(number), "", JsonSerializer.Serialize(sentence, ModelJson.Plain));
        return record.WriteAsync(CancellationToken.None);
    }

    /// <summary>What an earlier run of this task gave out before its answer was whole, in order.</summary>
    public IEnumerable<GivenSentence> GivenSentences()
    {
        for (var i = 0; Find(Given, Number(i), "") is { } known; i++)
        {
            yield return JsonSerializer.Deserialize<GivenSentence>(known, ModelJson.Plain)!;
        }
    }

    /// <summary>Before a model is asked: what one answered before is stored, so that a resumed task pays for no answer twice.</summary>
    public Task BeforeModelAsync(CancellationToken cancellationToken) => record.WriteAnswersAsync(cancellationToken);

    /// <summary>Which call of the task the next one is, from 1.</summary>
    public int NextCall() => record.NextCall();

    /// <summary>The step of the task at which this was first proposed, by whichever specialist: <paramref name="call"/>, if it never was.</summary>
    public Task<int> StepOfAsync(string asked, int call, CancellationToken cancellationToken) => record.StepOfAsync(asked, call, cancellationToken);

    /// <summary>Before a tool: the storing of what was answered so far begins.</summary>
    /// <param name="effect">What comes is kept by others: everything is stored before it.</param>
    public Task BeforeToolAsync(bool effect, CancellationToken cancellationToken) => effect ? record.WriteAsync(cancellationToken) : record.BeginWriteIfDueAsync(cancellationToken);

    public static string Digest(string request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Scoped(string key) => $"{scope}:{key}";
}

/// <summary>A sentence that was given out while its answer was written, with handles.</summary>
/// <param name="Round">Which of the specialist's calls of a model wrote it, from 0.</param>
public sealed record GivenSentence(int Round, string Text);

/// <summary>
/// A resumed task asks something else than it did before it stopped (the prompt or the code changed in between),
/// so what it was told then can't be trusted to fit.
/// </summary>
public sealed class JournalMismatchException(string taskId, string kind, string key)
    : Exception($"Task {taskId} was resumed with another request at {kind} step {key} than the one journaled. Ask again in a new turn.");
