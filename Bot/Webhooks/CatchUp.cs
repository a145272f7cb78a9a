using System.Diagnostics.Metrics;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>What the catch-ups of a tenant found.</summary>
public sealed record CatchUpState(DateTimeOffset? LastAt, int LastFound, int Found);

/// <summary>
/// Lists the events that Stripe could not deliver since the last look, and takes in those that are missing. What a
/// delivery brings as well is known by its id.
/// </summary>
public sealed class CatchUp(TenantList tenants, StripeReaders readers, CopilotDbFactory databases, EventIntake intake, TimeProvider time)
{
    /// <summary>Looks overlap, since an event counts as undelivered only after its delivery failed.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>Stripe lists no older events: https://docs.stripe.com/api/events.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How long finished looks are kept.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Name of this program's meter.</summary>
    public const string MeterName = "BillingCopilot";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Looks = Meter.CreateCounter<long>("billingcopilot.catchup.looks", "{look}", "Looks for events that were not delivered");
    private static readonly Counter<long> Missing = Meter.CreateCounter<long>("billingcopilot.catchup.events", "{event}", "Events that a catch-up found missing and took in");

    /// <summary>One look, of the schedule's run at <paramref name="dueAt"/>. The very first only notes the time: what was before is not ours.</summary>
    public async Task RunAsync(TenantContext tenant, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var last = await db.ScheduleRuns.Where(r => r.Schedule == Schedules.CatchUp && r.FinishedAt != null && r.DueAt < dueAt)
            .MaxAsync(r => (DateTimeOffset?)r.DueAt, cancellationToken);
        var found = last is { } since ? await TakeInAsync(tenant, Later(since - Overlap, dueAt - Kept), cancellationToken) : 0;
        // Seen from the first look on, also while nothing is missing.
        Looks.Add(1, new KeyValuePair<string, object?>("tenant", tenant.Id));
        Missing.Add(0, new KeyValuePair<string, object?>("tenant", tenant.Id));
        var now = time.GetUtcNow();
        await db.ScheduleRuns.Where(r => r.Schedule == Schedules.CatchUp && r.DueAt == dueAt)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.FinishedAt, now).SetProperty(r => r.Found, found), cancellationToken);
        var old = dueAt - Remembered;
        await db.ScheduleRuns.Where(r => r.Schedule == Schedules.CatchUp && r.DueAt < old).ExecuteDeleteAsync(cancellationToken);
        var oldTask = now - Remembered;
        await db.Tasks.Where(t => t.Kind == TaskKinds.Schedule && t.Playbook == null && t.Status == TaskStates.Done && t.CreatedAt < oldTask).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<CatchUpState> StateAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var runs = await db.ScheduleRuns.AsNoTracking().Where(r => r.Schedule == Schedules.CatchUp && r.FinishedAt != null).OrderByDescending(r => r.DueAt).ToListAsync(cancellationToken);
        return new CatchUpState(runs.FirstOrDefault()?.DueAt, runs.FirstOrDefault()?.Found ?? 0, runs.Sum(r => r.Found));
    }

    private async Task<int> TakeInAsync(TenantContext tenant, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var found = 0;
        await foreach (var payload in readers.For(tenant).UndeliveredEventsAsync(since, cancellationToken))
        {
            if (WebhookVerifier.Read(tenants.Find(tenant.Id)!, payload).Event is { } missed && await intake.AcceptAsync(tenant, missed, cancellationToken))
            {
                found++;
                Missing.Add(1, new KeyValuePair<string, object?>("tenant", tenant.Id));
            }
        }

        return found;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
