using BillingCopilot.Governance.Executor;
using BillingCopilot.Storage;
using Microsoft.Extensions.Time.Testing;

namespace BillingCopilot.Unit.Governance.Fakes;

/// <summary>The database's clock, ahead by as much as a test moved its own.</summary>
internal sealed class MovedLeaseClock(FakeTimeProvider time) : LeaseClock
{
    private readonly DateTimeOffset _start = time.GetUtcNow();

    public override async Task<DateTimeOffset> UtcNowAsync(CopilotDb db, CancellationToken cancellationToken) =>
        await base.UtcNowAsync(db, cancellationToken) + (time.GetUtcNow() - _start);
}
