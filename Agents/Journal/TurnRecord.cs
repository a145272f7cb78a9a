using System.Globalization;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Agents.Journal;

/// <summary>
/// What one turn writes down, by all its specialists: answered steps, audit entries, handles. It is kept here and
/// written in one transaction: a model's answer at once, while the reads that it asks for go on beside the writing,
/// which ends before a model is asked again; everything, and waited for, before a proposal, before a sentence is given
/// out and before the answer is kept. What is lost with the process are reads since the last such point; they have no
/// effect and are read again.
/// </summary>
public sealed class TurnRecord : IDisposable
{
    private readonly CopilotDbFactory _databases;
    private readonly TenantContext _tenant;
    private readonly AuditLog? _log;
    private readonly AuditContents? _contents;
    private readonly BusinessClock _clock;
    private readonly IReadOnlyDictionary<(string Kind, string Key), StepRow> _earlier;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<ITenantRow> _rows = [];
    private readonly Dictionary<string, int> _steps = new(StringComparer.Ordinal);
    private readonly List<RecordedEntry> _entries = [];
    private readonly int? _attempt;
    private readonly Task _keyMade;
    private Task _beside = Task.CompletedTask;
    private bool _due;
    private int _calls;

    private TurnRecord(CopilotDbFactory databases, TurnAudits audits, TenantContext tenant, string conversationId, string taskId, int? attempt, HandleMap handles, BusinessClock clock, IReadOnlyDictionary<(string Kind, string Key), StepRow> earlier)
    {
        _attempt = attempt;
        (_databases, _log, _contents, _tenant, _clock, _earlier) = (databases, audits.Log, audits.Contents, tenant, clock, earlier);
        (ConversationId, TaskId, Handles) = (conversationId, taskId, handles);
        _keyMade = audits.Contents?.MakeKeyAsync(tenant, AuditContents.KeyOfConversation(conversationId)) ?? Task.CompletedTask;
    }

    public string ConversationId { get; }

    public string TaskId { get; }

    public HandleMap Handles { get; }

    /// <summary>False where nothing is audited: tests of single parts.</summary>
    public bool IsAudited => _log is not null;

    /// <param name="db">Reads what an earlier run of the task has written.</param>
    /// <param name="attempt">The attempt with which the task is held: who lost it stores nothing but its audit. Null for what is no task.</param>
    public static async Task<TurnRecord> OpenAsync(CopilotDb db, CopilotDbFactory databases, TurnAudits audits, string conversationId, string taskId, int? attempt, HandleMap handles, BusinessClock clock, CancellationToken cancellationToken)
    {
        var steps = await db.ReadAsync<StepRow>([(nameof(StepRow.TaskId), taskId)], null, cancellationToken);
        return new TurnRecord(databases, audits, db.Tenant, conversationId, taskId, attempt, handles, clock, steps.ToDictionary(s => (s.Kind, s.Key)));
    }

    /// <summary>A step that an earlier run of this task finished, or null.</summary>
    public StepRow? Earlier(string kind, string key) => _earlier.GetValueOrDefault((kind, key));

    /// <summary>A tool is called: which call of the task it is, over all specialists, from 1.</summary>
    public int NextCall() => Interlocked.Increment(ref _calls);

    /// <summary>
    /// The step of the task at which something was first proposed. It is stored before the proposal is made: whoever asks
    /// for the same again, later in the task or in a run after a crash, comes to the same step, in whatever order
    /// specialists ask that work side by side.
    /// </summary>
    /// <param name="asked">Digest of what is asked for.</param>
    /// <param name="call">The call that asks for it now.</param>
    public async Task<int> StepOfAsync(string asked, int call, CancellationToken cancellationToken)
    {
        if (Earlier(TaskJournal.Proposed, asked) is { } earlier)
        {
            return int.Parse(earlier.Content, CultureInfo.InvariantCulture);
        }

        int step;
        lock (_gate)
        {
            if (!_steps.TryGetValue(asked, out step))
            {
                _steps[asked] = step = call;
                _rows.Add(new StepRow { TenantId = _tenant.Id, TaskId = TaskId, Kind = TaskJournal.Proposed, Key = asked, RequestHash = "", Content = step.ToString(CultureInfo.InvariantCulture), At = _clock.UtcNow });
            }
        }

        await WriteAsync(cancellationToken);
        return step;
    }

    /// <summary>Keeps a row for the next writing.</summary>
    /// <param name="due">It is to be written before the turn goes on with it.</param>
    public void Add(ITenantRow row, bool due = false)
    {
        lock (_gate)
        {
            _rows.Add(row);
            _due |= due;
        }
    }

    /// <summary>Keeps an audit entry, with the time at which it happened.</summary>
    /// <param name="content">Words that go into the encrypted contents, and are waited for before the writing; the entry then names them.</param>
    public void Add(AuditEntry entry, Task<RecordedContent>? content = null)
    {
        lock (_gate)
        {
            _entries.Add(new RecordedEntry(entry with { At = entry.At ?? _clock.UtcNow }, content));
        }
    }

    /// <summary>
    /// Begins to write what is kept, if a model's answer is among it, or a handle. The turn goes on meanwhile, to what
    /// has no effect; what kept an earlier one from being written ends it here.
    /// </summary>
    public Task BeginWriteIfDueAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var earlier = _beside;
            if (_due || (Handles.HasAdded && earlier.IsCompleted))
            {
                var (rows, entries) = Take();
                _beside = Task.Run(() => WriteAfterAsync(earlier, rows, entries, cancellationToken), CancellationToken.None);
            }

            return earlier.IsCompleted ? earlier : Task.CompletedTask;
        }
    }

    /// <summary>The same, and waits until the answers of models that are kept so far are stored.</summary>
    public async Task WriteAnswersAsync(CancellationToken cancellationToken)
    {
        bool due;
        Task earlier;
        lock (_gate)
        {
            (due, earlier) = (_due, _beside);
        }

        await BeginWriteIfDueAsync(cancellationToken);
        await (due ? Beside() : earlier);
    }

    /// <summary>Writes all that is kept.</summary>
    public Task WriteAsync(CancellationToken cancellationToken) => WriteAsync(static (_, _) => Task.CompletedTask, cancellationToken);

    /// <summary>The same together with what the caller stores in the same transaction, after the rest.</summary>
    public async Task WriteAsync(Func<CopilotDb, CancellationToken, Task> with, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var (rows, entries) = await TakeAllAsync();
            await StoreOrPutBackAsync(rows, entries, with, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>After a fault: what happened until then, as far as it can still be stored.</summary>
    public async Task WriteWhatCanBeAsync()
    {
        // What could not be written beside the turn was put back.
        await Beside().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _beside = Task.CompletedTask;
        }

        try
        {
            await WriteAsync(CancellationToken.None);
        }
        catch (Exception e) when (StorageFault.Is(e) || e is HoldLostException)
        {
            // Another process may have the task, and its steps. What was done here is audited all the same.
            var (_, entries) = Take();
            await IgnoreAsync(AuditAloneAsync(entries));
        }
    }

    public void Dispose() => _writing.Dispose();

    private Task Beside()
    {
        lock (_gate)
        {
            return _beside;
        }
    }

    private async Task WriteAfterAsync(Task earlier, IReadOnlyList<ITenantRow> rows, IReadOnlyList<RecordedEntry> entries, CancellationToken cancellationToken)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!earlier.IsCompletedSuccessfully)
        {
            PutBack(rows, entries);
            await earlier;
        }

        await StoreOrPutBackAsync(rows, entries, static (_, _) => Task.CompletedTask, cancellationToken);
    }

    private async Task StoreOrPutBackAsync(IReadOnlyList<ITenantRow> rows, IReadOnlyList<RecordedEntry> entries, Func<CopilotDb, CancellationToken, Task> with, CancellationToken cancellationToken)
    {
        try
        {
            await StoreAsync(rows, entries, with, cancellationToken);
        }
        catch
        {
            PutBack(rows, entries);
            throw;
        }
    }

    private async Task StoreAsync(IReadOnlyList<ITenantRow> rows, IReadOnlyList<RecordedEntry> entries, Func<CopilotDb, CancellationToken, Task> with, CancellationToken cancellationToken)
    {
        // Without it the storing of words makes the key, or says why it can't.
        await _keyMade.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await WordsAsync(entries);
        await using var db = _databases.Open(_tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        if (_attempt is { } attempt && !await db.HoldsTaskAsync(TaskId, attempt, cancellationToken))
        {
            throw new HoldLostException(TaskId);
        }

        var issued = Handles.TakeAdded();
        try
        {
            await StoreAsync(db, [.. rows, .. HandleStore.Rows(_tenant, ConversationId, issued)], entries, with, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch
        {
            // A handle that was rolled back must not be issued again for something else.
            Handles.PutBack(issued);
            throw;
        }
    }

    /// <summary>Rows, words and entries, the log's last, within the transaction that was begun.</summary>
    private async Task StoreAsync(CopilotDb db, IEnumerable<ITenantRow> rows, IReadOnlyList<RecordedEntry> entries, Func<CopilotDb, CancellationToken, Task> with, CancellationToken cancellationToken)
    {
        var words = _contents is null ? [] : await _contents.SealAsync(db, await WordsAsync(entries), cancellationToken);
        await db.InsertAllAsync([.. rows, .. words.Select(w => w.Row)], cancellationToken);
        await with(db, cancellationToken);
        if (_log is not null && entries.Count > 0)
        {
            var next = 0;
            await _log.AppendAsync(db, [.. entries.Select(e => e.Content is null || words.Count == 0 ? e.Entry : e.Entry.Naming((words[next].Row.Id, words[next++].Hash)))], cancellationToken);
        }
    }

    private static Task<RecordedContent[]> WordsAsync(IEnumerable<RecordedEntry> entries) => Task.WhenAll(entries.Select(e => e.Content).OfType<Task<RecordedContent>>());

    /// <summary>The entries without rows and handles: those are the other process's to store.</summary>
    private async Task AuditAloneAsync(IReadOnlyList<RecordedEntry> entries)
    {
        if (_log is null || entries.Count == 0)
        {
            return;
        }

        await using var db = _databases.Open(_tenant);
        await using var transaction = await db.BeginAsync(CancellationToken.None);
        await StoreAsync(db, [], entries, static (_, _) => Task.CompletedTask, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>
    /// Takes what is kept when nothing is being written beside: another specialist may begin to write what this one has
    /// kept, and that is to be stored as well before the caller goes on.
    /// </summary>
    private async Task<(ITenantRow[] Rows, RecordedEntry[] Entries)> TakeAllAsync()
    {
        while (true)
        {
            await Beside();
            lock (_gate)
            {
                if (_beside.IsCompletedSuccessfully)
                {
                    return Take();
                }
            }
        }
    }

    private (ITenantRow[] Rows, RecordedEntry[] Entries) Take()
    {
        lock (_gate)
        {
            (ITenantRow[], RecordedEntry[]) taken = ([.. _rows], [.. _entries]);
            _rows.Clear();
            _entries.Clear();
            _due = false;
            return taken;
        }
    }

    private void PutBack(IEnumerable<ITenantRow> rows, IEnumerable<RecordedEntry> entries)
    {
        lock (_gate)
        {
            _rows.InsertRange(0, rows);
            _entries.InsertRange(0, entries);
            _due = true;
        }
    }

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // The database does not answer; the fault that led here says so.
        }
    }

    private sealed record RecordedEntry(AuditEntry Entry, Task<RecordedContent>? Content);
}
