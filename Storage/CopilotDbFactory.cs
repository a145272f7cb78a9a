using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Storage;

/// <summary>Opens the database for a tenant. One short-lived context a unit of work; safe to call from any thread.</summary>
public abstract class CopilotDbFactory
{
    /// <summary>A context that sees only this tenant's rows. The caller disposes it.</summary>
    public abstract CopilotDb Open(TenantContext tenant);

    private protected static DbContextOptions<TDb> WithFailpoints<TDb>(DbContextOptionsBuilder<TDb> builder, Failpoints? failpoints)
        where TDb : CopilotDb => (failpoints is null ? builder : builder.AddInterceptors(new FailpointCommands(failpoints), new FailpointCommits(failpoints))).Options;

    /// <summary>True where several nodes may share the database.</summary>
    public virtual bool HasSeveralNodes => false;

    /// <summary>Hears what nodes tell each other until the connection breaks. Only where several nodes share the database.</summary>
    public virtual Task ListenAsync(Action<string> heard, CancellationToken cancellationToken) => throw new NotSupportedException("One node has this database; there is nobody to hear.");

    /// <summary>Brings the schema to the newest migration.</summary>
    public abstract Task MigrateAsync(CancellationToken cancellationToken);
}
