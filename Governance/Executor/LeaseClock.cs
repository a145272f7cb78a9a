using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Executor;

/// <summary>The clock of leases on executions: the database's, which all nodes share. Tests move it.</summary>
internal class LeaseClock
{
    public virtual Task<DateTimeOffset> UtcNowAsync(CopilotDb db, CancellationToken cancellationToken) => db.UtcNowAsync(cancellationToken);
}
