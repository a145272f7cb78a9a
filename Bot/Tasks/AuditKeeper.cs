using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Audit;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Anchors the audit log's heads every few seconds, records a changed people.yaml, and deletes encrypted words that are too old and what is left of dropped keys.</summary>
public sealed partial class AuditKeeper(TenantList tenants, AuditAnchors anchors, AuditContents contents, SubjectKeys keys, EffectiveSettings effective, TimeProvider time, ILogger<AuditKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        var pruned = default(long?);
        try
        {
            do
            {
                var due = pruned is not { } last || time.GetElapsedTime(last) >= PruneEvery;
                await KeepAsync(due, stoppingToken);
                pruned = due ? time.GetTimestamp() : pruned;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping: the next start anchors what is left.
        }
    }

    private async Task KeepAsync(bool prune, CancellationToken cancellationToken)
    {
        foreach (var tenant in tenants.All)
        {
            try
            {
                await effective.RecordPeopleAsync(tenant.Context, cancellationToken);
                await anchors.AnchorAsync(tenant.Context, cancellationToken);
                if (prune)
                {
                    await contents.PruneAsync(tenant.Context, null, cancellationToken);
                    if (!await keys.EmptyLogAsync(cancellationToken))
                    {
                        LogHeld(log);
                    }
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                NotKept(log, e, tenant.Context.Id);
            }
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The file of people's keys is read by another process, so its log may hold keys that were dropped; emptying it is tried again within the hour")]
    private static partial void LogHeld(ILogger log);

    [LoggerMessage(1, LogLevel.Error, "The audit log of tenant {TenantId} could not be anchored now; it is tried again")]
    private static partial void NotKept(ILogger log, Exception e, string tenantId);
}
