using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Storage;

/// <summary>
/// The one database, seen by one tenant: query filters hide every other tenant's rows. A subclass a provider
/// holds its migrations.
/// </summary>
public abstract class CopilotDb(DbContextOptions options, TenantContext tenant) : DbContext(options)
{
    /// <summary>Whose rows this context sees and writes.</summary>
    public TenantContext Tenant { get; } = tenant;

    public DbSet<InboxEventRow> Inbox => Set<InboxEventRow>();

    public DbSet<TaskRow> Tasks => Set<TaskRow>();

    public DbSet<StepRow> Steps => Set<StepRow>();

    public DbSet<ConversationRow> Conversations => Set<ConversationRow>();

    public DbSet<MessageRow> Messages => Set<MessageRow>();

    public DbSet<HandleRow> Handles => Set<HandleRow>();

    public DbSet<PromptVersionRow> PromptVersions => Set<PromptVersionRow>();

    public DbSet<ProposalRow> Proposals => Set<ProposalRow>();

    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();

    public DbSet<ExecutionRow> Executions => Set<ExecutionRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        Keyed<InboxEventRow>(modelBuilder, "inbox_events", r => new { r.TenantId, r.Account, r.EventId });
        Keyed<TaskRow>(modelBuilder, "tasks", r => new { r.TenantId, r.Id }).HasIndex(r => new { r.TenantId, r.Status, r.AvailableAt });
        Keyed<StepRow>(modelBuilder, "steps", r => new { r.TenantId, r.TaskId, r.Kind, r.Key });
        Keyed<ConversationRow>(modelBuilder, "conversations", r => new { r.TenantId, r.Id });
        Keyed<MessageRow>(modelBuilder, "messages", r => new { r.TenantId, r.ConversationId, r.Seq });
        Keyed<HandleRow>(modelBuilder, "handles", r => new { r.TenantId, r.ConversationId, r.Handle })
            .HasIndex(r => new { r.TenantId, r.ConversationId, r.ObjectId }).IsUnique();
        Keyed<PromptVersionRow>(modelBuilder, "prompt_versions", r => new { r.TenantId, r.Name, r.Version });
        var proposals = Keyed<ProposalRow>(modelBuilder, "proposals", r => new { r.TenantId, r.Id });
        proposals.HasIndex(r => new { r.TenantId, r.Key }).IsUnique();
        proposals.HasIndex(r => new { r.TenantId, r.Status, r.CreatedAt });
        Keyed<ApprovalRow>(modelBuilder, "approvals", r => new { r.TenantId, r.ProposalId, r.Person });
        Keyed<ExecutionRow>(modelBuilder, "executions", r => new { r.TenantId, r.ProposalId })
            .HasIndex(r => new { r.TenantId, r.IdempotencyKey }).IsUnique();
        Keyed<AuditRow>(modelBuilder, "audit", r => new { r.TenantId, r.Seq });
    }

    private Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<TRow> Keyed<TRow>(
        ModelBuilder builder, string table, System.Linq.Expressions.Expression<Func<TRow, object?>> key)
        where TRow : class, ITenantRow
    {
        var entity = builder.Entity<TRow>();
        entity.ToTable(table).HasKey(key);
        entity.HasQueryFilter(r => r.TenantId == Tenant.Id);
        return entity;
    }
}
