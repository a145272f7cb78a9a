using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using Cronos;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Something that is done at times.</summary>
/// <param name="Cron">Five fields, in the tenant's zone: <c>0 6 * * 1</c>.</param>
/// <param name="Missed">What becomes of due times that passed while nothing ran.</param>
/// <param name="Playbook">The playbook that it starts; null for the catch-up.</param>
public sealed record Schedule(string Name, CronExpression Cron, MissedRuns Missed, string? Playbook)
{
    /// <summary>Most runs that are made up for at once.</summary>
    private const int MostMadeUp = 100;

    /// <summary>A due time that is not older counts as met.</summary>
    private static readonly TimeSpan Punctual = TimeSpan.FromMinutes(2);

    /// <summary>The due times after <paramref name="last"/> up to now that are to be run, oldest first.</summary>
    public IReadOnlyList<DateTimeOffset> Due(DateTimeOffset last, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (last >= now)
        {
            return [];
        }

        // Only the last ones matter; a long pause must not be walked minute by minute.
        var from = Missed == MissedRuns.All || now - last < TimeSpan.FromDays(400) ? last : now - TimeSpan.FromDays(400);
        var due = Cron.GetOccurrences(from, now, zone, fromInclusive: false, toInclusive: true).Select(d => d.ToUniversalTime());
        return Missed switch
        {
            MissedRuns.All => [.. due.Take(MostMadeUp)],
            MissedRuns.Latest => [.. due.TakeLast(1)],
            _ => [.. due.TakeLast(1).Where(d => now - d <= Punctual)],
        };
    }
}

/// <summary>Every schedule of this installation.</summary>
public sealed class Schedules(PlaybookRegistry playbooks, TaskSettings settings)
{
    /// <summary>Looks for events that were not delivered.</summary>
    public const string CatchUp = "catch_up";

    public IReadOnlyList<Schedule> All { get; } =
    [
        new(CatchUp, Read("Tasks:CatchUp", settings.CatchUp), MissedRuns.Latest, null),
        .. playbooks.All.Where(p => p.Schedule is not null).Select(p => new Schedule(p.Name, Read($"{p.Path}: schedule", p.Schedule!), p.Missed, p.Name)),
    ];

    private static CronExpression Read(string what, string cron) => CronExpression.TryParse(cron, out var expression)
        ? expression
        : throw new SettingsException($"{what} '{cron}' is not a cron expression. Write five fields: minute, hour, day of the month, month, day of the week, such as */5 * * * *.");
}
