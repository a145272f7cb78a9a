namespace BillingCopilot.Storage;

/// <summary>Opens the database for a tenant. One short-lived context a unit of work; safe to call from any thread.</summary>
public abstract class CopilotDbFactory
{
    /// <summary>A context that sees only this tenant's rows. The caller disposes it.</summary>
    public abstract CopilotDb Open(TenantContext tenant);

    /// <summary>Brings the schema to the newest migration.</summary>
    public abstract Task MigrateAsync(CancellationToken cancellationToken);
}
