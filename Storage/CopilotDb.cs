using System.Data.Common;
using System.Linq.Expressions;
using System.Text.Json;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;

namespace BillingCopilot.Storage;

/// <summary>
/// The one database, seen by one tenant: query filters hide every other tenant's rows, and a row of another
/// tenant can't be saved. A subclass a provider holds its migrations.
/// </summary>
public abstract class CopilotDb(DbContextOptions options, TenantContext tenant) : DbContext(options)
{
    /// <summary>What lies further ahead than any two statements are apart was written before the clock was set back.</summary>
    private static readonly TimeSpan ClockSetBack = TimeSpan.FromMinutes(1);

    /// <summary>Whose rows this context sees and writes.</summary>
    public TenantContext Tenant { get; } = tenant;

    public DbSet<InboxEventRow> Inbox => Set<InboxEventRow>();

    public DbSet<TaskRow> Tasks => Set<TaskRow>();

    public DbSet<ScheduleRunRow> ScheduleRuns => Set<ScheduleRunRow>();

    public DbSet<StreamEventRow> StreamEvents => Set<StreamEventRow>();

    public DbSet<ProtectionKeyRow> ProtectionKeys => Set<ProtectionKeyRow>();

    public DbSet<RateBucketRow> RateBuckets => Set<RateBucketRow>();

    public DbSet<StepRow> Steps => Set<StepRow>();

    public DbSet<ConversationRow> Conversations => Set<ConversationRow>();

    public DbSet<MessageRow> Messages => Set<MessageRow>();

    public DbSet<HandleRow> Handles => Set<HandleRow>();

    public DbSet<PromptVersionRow> PromptVersions => Set<PromptVersionRow>();

    public DbSet<ProposalRow> Proposals => Set<ProposalRow>();

    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();

    public DbSet<ExecutionRow> Executions => Set<ExecutionRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<BatchRow> Batches => Set<BatchRow>();

    public DbSet<KillSwitchRow> KillSwitches => Set<KillSwitchRow>();

    public DbSet<BreakerRow> Breakers => Set<BreakerRow>();

    public DbSet<StandingApprovalRow> StandingApprovals => Set<StandingApprovalRow>();

    public DbSet<SubjectKeyRow> SubjectKeys => Set<SubjectKeyRow>();

    public DbSet<AuditContentRow> AuditContents => Set<AuditContentRow>();

    public DbSet<TicketRow> Tickets => Set<TicketRow>();

    public DbSet<NoteRow> Notes => Set<NoteRow>();

    public DbSet<CrmAccountRow> CrmAccounts => Set<CrmAccountRow>();

    public DbSet<MailRow> Mails => Set<MailRow>();

    /// <summary>Begins a transaction that may write. In SQLite it takes the write lock at once.</summary>
    public Task<IDbContextTransaction> BeginAsync(CancellationToken cancellationToken) => Database.BeginTransactionAsync(cancellationToken);

    /// <summary>
    /// Waits for, and holds until the transaction ends, the lock of this name within the tenant. Needs a
    /// transaction. Take locks before rows, and the audit log's last, so that no two transactions wait for each other.
    /// </summary>
    public abstract Task LockAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// True when a task still runs with this attempt. Nobody else can take it until the transaction ends: what is stored
    /// with it is stored by who holds it. Needs a transaction.
    /// </summary>
    public async Task<bool> HoldsTaskAsync(string taskId, int attempt, CancellationToken cancellationToken)
    {
        if (Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException($"The hold of task {taskId} needs a transaction.");
        }

        var sql = $$"""SELECT attempts AS "Value" FROM tasks WHERE tenant_id = {0} AND id = {1} AND attempts = {2} AND status = 'running'{{KeepRowSql}}""";
        return (await Database.SqlQueryRaw<int>(sql, Tenant.Id, taskId, attempt).ToListAsync(cancellationToken)).Count == 1;
    }

    /// <summary>End of a query whose rows are to stay as they are until the transaction ends.</summary>
    protected abstract string KeepRowSql { get; }

    /// <summary>
    /// The database's own clock, in UTC. What several nodes compare (leases, due times) is written and read by it, so
    /// that their own clocks need not agree.
    /// </summary>
    public abstract Task<DateTimeOffset> UtcNowAsync(CancellationToken cancellationToken);

    /// <summary>The same clock as an SQL expression, some time ahead, in the form in which instants are stored.</summary>
    public abstract string NowSql(TimeSpan ahead = default);

    /// <summary>
    /// Takes tokens out of a bucket that fills up by the database's clock; false, and nothing taken, when it holds too few.
    /// After the clock was set back it counts as full once; a statement that began before another one ended has gained nothing.
    /// </summary>
    /// <param name="perSecond">How fast it fills.</param>
    /// <param name="most">What it holds when it is full: together with the pace the most that it gives within a second.</param>
    public async Task<bool> TakeTokensAsync(string bucket, int wanted, int perSecond, double most, CancellationToken cancellationToken)
    {
        var filled = $"{Least}({{4}}, rate_buckets.tokens + {{3}} * CASE WHEN rate_buckets.filled_at > {NowSql(ClockSetBack)} THEN 1 WHEN rate_buckets.filled_at > {NowSql()} THEN 0 ELSE {SecondsSinceSql("rate_buckets.filled_at")} END)";
        var at = $"CASE WHEN rate_buckets.filled_at > {NowSql()} AND rate_buckets.filled_at <= {NowSql(ClockSetBack)} THEN rate_buckets.filled_at ELSE {NowSql()} END";
        var sql = $"""
            INSERT INTO rate_buckets (tenant_id, name, tokens, filled_at) VALUES ({"{0}"}, {"{1}"}, {"{4}"} - {"{2}"}, {NowSql()})
            ON CONFLICT (tenant_id, name) DO UPDATE SET tokens = {filled} - {"{2}"}, filled_at = {at}
            WHERE {filled} >= {"{2}"}
            """;
        return await Database.ExecuteSqlRawAsync(sql, [Tenant.Id, bucket, (double)wanted, (double)perSecond, most], cancellationToken) == 1;
    }

    /// <summary>Tells the other nodes something, where the database can.</summary>
    public virtual Task TellAsync(string message, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Seconds since an instant, with their fraction, as an SQL expression.</summary>
    protected abstract string SecondsSinceSql(string instant);

    /// <summary>The function of the smaller of two values.</summary>
    protected abstract string Least { get; }

    /// <summary>
    /// Inserts rows within the transaction that was begun, without tracking them. A key that is there already fails the
    /// statement as <see cref="IsDuplicate(Exception)"/> tells.
    /// </summary>
    public async Task InsertAsync<TRow>(IReadOnlyList<TRow> rows, CancellationToken cancellationToken)
        where TRow : class, ITenantRow
    {
        if (rows.Count == 0)
        {
            return;
        }

        RefuseOtherTenants(rows);
        var columns = ColumnsOf(typeof(TRow));
        await FailAtAsync($"insert.{columns.Table}.before");
        await InsertAsync(columns, rows, cancellationToken);
        await FailAtAsync($"insert.{columns.Table}.after");
    }

    /// <summary>The same for a few rows of several kinds, in one round trip where statements make one.</summary>
    public async Task InsertAllAsync(IReadOnlyList<ITenantRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        RefuseOtherTenants(rows);
        TableRows[] tables = [.. rows.GroupBy(r => r.GetType()).Select(g => new TableRows(ColumnsOf(g.Key), [.. g]))];
        foreach (var table in tables)
        {
            await FailAtAsync($"insert.{table.Columns.Table}.before");
        }

        await InsertAllAsync(tables, cancellationToken);
        foreach (var table in tables)
        {
            await FailAtAsync($"insert.{table.Columns.Table}.after");
        }
    }

    /// <summary>Sets some columns of the stored row that has this one's key, without tracking it; false when there is none.</summary>
    /// <param name="properties">Names of the properties whose columns are set.</param>
    public async Task<bool> UpdateAsync(ITenantRow row, IReadOnlyList<string> properties, CancellationToken cancellationToken)
    {
        RefuseOtherTenants([row]);
        var columns = ColumnsOf(row.GetType());
        var (sql, used) = columns.Update(properties);
        await FailAtAsync($"update.{columns.Table}.before");
        await using var command = Command(sql);
        foreach (var column in used)
        {
            command.Parameters.Add(Parameter(columns, column, columns.Value(column, row)));
        }

        var found = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        await FailAtAsync($"update.{columns.Table}.after");
        return found;
    }

    private protected abstract Task InsertAllAsync(IReadOnlyList<TableRows> tables, CancellationToken cancellationToken);

    /// <summary>
    /// This tenant's rows that have these values, untracked and without a query to translate: for what every turn reads.
    /// </summary>
    /// <param name="where">Names of properties, with their values.</param>
    /// <param name="order">Name of the property that they are ordered by; null for none.</param>
    public Task<IReadOnlyList<TRow>> ReadAsync<TRow>(IReadOnlyList<(string Property, object Value)> where, string? order, CancellationToken cancellationToken)
        where TRow : class, ITenantRow => ReadAsync<TRow>(where, order, last: false, cancellationToken);

    /// <summary>Of these rows the one with the greatest value of a property; null when there is none.</summary>
    public async Task<TRow?> LastAsync<TRow>(IReadOnlyList<(string Property, object Value)> where, string order, CancellationToken cancellationToken)
        where TRow : class, ITenantRow => await ReadAsync<TRow>(where, order, last: true, cancellationToken) is [var row] ? row : null;

    private async Task<IReadOnlyList<TRow>> ReadAsync<TRow>(IReadOnlyList<(string Property, object Value)> where, string? order, bool last, CancellationToken cancellationToken)
        where TRow : class, ITenantRow
    {
        (string Property, object Value)[] all = [(nameof(ITenantRow.TenantId), Tenant.Id), .. where];
        var columns = ColumnsOf(typeof(TRow));
        var (sql, used) = columns.Select(all.Select(w => w.Property), order, last);
        await Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = Command(sql);
            for (var i = 0; i < used.Length; i++)
            {
                command.Parameters.Add(Parameter(columns, used[i], columns.Provided(used[i], all[i].Value)));
            }

            var rows = new List<TRow>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(columns.Read<TRow>(reader));
            }

            return rows;
        }
        finally
        {
            await Database.CloseConnectionAsync();
        }
    }

    /// <summary>A value as the parameter of its column.</summary>
    private protected abstract DbParameter Parameter(RowColumns columns, int column, object? value);

    private DbCommand Command(string sql)
    {
        var command = Database.GetDbConnection().CreateCommand();
        (command.CommandText, command.Transaction) = (sql, Database.CurrentTransaction?.GetDbTransaction());
        return command;
    }

    private RowColumns ColumnsOf(Type row) => RowColumns.Of(Model.FindEntityType(row)!);

    private void RefuseOtherTenants(IEnumerable<ITenantRow> rows)
    {
        if (rows.FirstOrDefault(r => r.TenantId != Tenant.Id) is { } foreign)
        {
            throw new InvalidOperationException($"A {foreign.GetType().Name} of tenant '{foreign.TenantId}' can't be saved by tenant '{Tenant.Id}'.");
        }
    }

    /// <summary>Ends running tasks that are still held with the attempt named, in one statement; returns the ids of those that were.</summary>
    public abstract Task<IReadOnlyList<string>> EndTasksAsync(string owner, IReadOnlyList<TaskEnd> ends, CancellationToken cancellationToken);

    private protected abstract Task InsertAsync(RowColumns columns, IReadOnlyList<object> rows, CancellationToken cancellationToken);

    /// <summary>Where the crash harness stops it; null is nowhere.</summary>
    internal Failpoints? Failpoints { get; init; }

    private ValueTask FailAtAsync(string name) => Failpoints?.ReachAsync(name) ?? ValueTask.CompletedTask;

    /// <summary>Tasks that events of these causes started, untracked.</summary>
    public virtual async Task<IReadOnlyList<TaskRow>> TasksOfAsync(string[] causes, CancellationToken cancellationToken) =>
        await Tasks.AsNoTracking().Where(t => EF.Parameter(causes).Contains(t.Cause)).ToListAsync(cancellationToken);

    /// <summary>Which of these events are in the inbox.</summary>
    public virtual async Task<IReadOnlyList<EventKey>> KnownAsync(IReadOnlyList<EventKey> events, CancellationToken cancellationToken)
    {
        // With the account, by the key: without it the whole inbox would be looked through.
        var (accounts, ids) = (events.Select(e => e.Account).Distinct().ToArray(), events.Select(e => e.EventId).ToArray());
        return await Inbox.Where(e => EF.Parameter(accounts).Contains(e.Account) && EF.Parameter(ids).Contains(e.EventId)).Select(e => new EventKey(e.Account, e.EventId)).ToListAsync(cancellationToken);
    }

    /// <summary>Queued tasks made running in one statement, oldest first, at most one of a lane.</summary>
    public abstract Task<IReadOnlyList<TaskRow>> ClaimQueuedAsync(TaskClaim claim, CancellationToken cancellationToken);

    /// <summary>Running tasks whose hold ran out, held anew, in one statement.</summary>
    public abstract Task<IReadOnlyList<TaskRow>> ClaimAbandonedAsync(TaskClaim claim, CancellationToken cancellationToken);

    /// <summary>True when a save failed because a row with this key is already there.</summary>
    public bool IsDuplicate(DbUpdateException exception) => exception.InnerException is { } inner && IsDuplicate(inner);

    /// <summary>The same for a statement that was not a save.</summary>
    public abstract bool IsDuplicate(Exception fault);

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RefuseOtherTenants();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RefuseOtherTenants();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        Keyed<InboxEventRow>(modelBuilder, "inbox_events", r => new { r.TenantId, r.Account, r.EventId });
        var tasks = Keyed<TaskRow>(modelBuilder, "tasks", r => new { r.TenantId, r.Id });
        tasks.HasIndex(r => new { r.TenantId, r.Status, r.CreatedAt });
        tasks.HasIndex(r => new { r.TenantId, r.Cause });
        tasks.HasIndex(r => new { r.TenantId, r.ConversationId });
        tasks.HasIndex(r => new { r.TenantId, r.Lane }).IsUnique().HasFilter("status = 'running' AND lane IS NOT NULL");
        Keyed<ScheduleRunRow>(modelBuilder, "schedule_runs", r => new { r.TenantId, r.Schedule, r.DueAt });
        Keyed<StreamEventRow>(modelBuilder, "stream_events", r => new { r.TenantId, r.TaskId, r.Seq });
        Keyed<ProtectionKeyRow>(modelBuilder, "protection_keys", r => new { r.TenantId, r.Name });
        Keyed<RateBucketRow>(modelBuilder, "rate_buckets", r => new { r.TenantId, r.Name });
        Keyed<StepRow>(modelBuilder, "steps", r => new { r.TenantId, r.TaskId, r.Kind, r.Key });
        Keyed<ConversationRow>(modelBuilder, "conversations", r => new { r.TenantId, r.Id });
        Keyed<MessageRow>(modelBuilder, "messages", r => new { r.TenantId, r.ConversationId, r.Seq });
        Keyed<HandleRow>(modelBuilder, "handles", r => new { r.TenantId, r.ConversationId, r.Handle })
            .HasIndex(r => new { r.TenantId, r.ConversationId, r.ObjectId }).IsUnique();
        Keyed<PromptVersionRow>(modelBuilder, "prompt_versions", r => new { r.TenantId, r.Name, r.Version });
        var proposals = Keyed<ProposalRow>(modelBuilder, "proposals", r => new { r.TenantId, r.Id });
        proposals.HasIndex(r => new { r.TenantId, r.Key }).IsUnique();
        proposals.HasIndex(r => new { r.TenantId, r.Status, r.CreatedAt });
        proposals.HasIndex(r => new { r.TenantId, r.CustomerId });
        proposals.HasIndex(r => new { r.TenantId, r.TaskId });
        proposals.HasIndex(r => new { r.TenantId, r.ConversationId });
        proposals.HasIndex(r => new { r.TenantId, r.Fingerprint });
        Keyed<ApprovalRow>(modelBuilder, "approvals", r => new { r.TenantId, r.ProposalId, r.Person });
        Keyed<ExecutionRow>(modelBuilder, "executions", r => new { r.TenantId, r.ProposalId })
            .HasIndex(r => new { r.TenantId, r.IdempotencyKey }).IsUnique();
        Keyed<AuditRow>(modelBuilder, "audit", r => new { r.TenantId, r.Node, r.Seq }).HasIndex(r => new { r.TenantId, r.Subject });
        Keyed<BatchRow>(modelBuilder, "batches", r => new { r.TenantId, r.Id });
        Keyed<KillSwitchRow>(modelBuilder, "kill_switches", r => new { r.TenantId, r.Name });
        Keyed<BreakerRow>(modelBuilder, "breakers", r => new { r.TenantId, r.Operation });
        Keyed<StandingApprovalRow>(modelBuilder, "standing_approvals", r => new { r.TenantId, r.Id });
        Keyed<SubjectKeyRow>(modelBuilder, "subject_keys", r => new { r.TenantId, r.Subject });
        Keyed<AuditContentRow>(modelBuilder, "audit_contents", r => new { r.TenantId, r.Id });
        var tickets = Keyed<TicketRow>(modelBuilder, "tickets", r => new { r.TenantId, r.Id });
        tickets.HasIndex(r => new { r.TenantId, r.Number }).IsUnique();
        tickets.HasIndex(r => new { r.TenantId, r.Queue });
        Keyed<NoteRow>(modelBuilder, "notes", r => new { r.TenantId, r.ProposalId }).HasIndex(r => new { r.TenantId, r.CustomerId });
        Keyed<CrmAccountRow>(modelBuilder, "crm_accounts", r => new { r.TenantId, r.CustomerId });
        Keyed<MailRow>(modelBuilder, "mails", r => new { r.TenantId, r.ProposalId });
        NameColumnsInSnakeCase(modelBuilder);
    }

    /// <summary>Runs a statement that returns task rows. Its tenant is in the statement: it can't be composed with a filter.</summary>
    protected static async Task<IReadOnlyList<TaskRow>> TakenAsync(IQueryable<TaskRow> statement, CancellationToken cancellationToken) =>
        [.. (await statement.IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellationToken)).OrderBy(t => t.CreatedAt)];

    private static void NameColumnsInSnakeCase(ModelBuilder builder)
    {
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }

    private EntityTypeBuilder<TRow> Keyed<TRow>(ModelBuilder builder, string table, Expression<Func<TRow, object?>> key)
        where TRow : class, ITenantRow
    {
        var entity = builder.Entity<TRow>();
        entity.ToTable(table).HasKey(key);
        entity.HasQueryFilter(r => r.TenantId == Tenant.Id);
        return entity;
    }

    private void RefuseOtherTenants()
    {
        var foreign = ChangeTracker.Entries<ITenantRow>().FirstOrDefault(e =>
            e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && e.Entity.TenantId != Tenant.Id);
        if (foreign is not null)
        {
            throw new InvalidOperationException($"A {foreign.Metadata.ClrType.Name} of tenant '{foreign.Entity.TenantId}' can't be saved by tenant '{Tenant.Id}'.");
        }
    }
}
