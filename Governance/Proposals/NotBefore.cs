using System.Globalization;
using System.Text.RegularExpressions;
using BillingCopilot.Billing;

namespace BillingCopilot.Governance.Proposals;

/// <summary>
/// Reads when something is to happen: <c>2026-02-03T09:00Z</c>, <c>2026-02-03 09:00 Europe/Berlin</c>,
/// <c>Tuesday 9:00 America/New_York</c>, <c>tomorrow 14:30</c>. The zone is IANA's; without one it is the tenant's.
/// </summary>
public static partial class NotBefore
{
    /// <summary>"Tuesday 9:00 their time": whose zone it is must be found out first.</summary>
    public static bool IsTheirs(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Theirs().IsMatch(text.Trim());
    }

    /// <summary>
    /// Reads such a time for a customer. Several zones are as good as one where the clocks of all of them show the
    /// same; otherwise, and where nothing is known, somebody has to be asked (<c>unclear_zone</c>).
    /// </summary>
    public static Outcome<DateTimeOffset> ReadTheirs(string text, DateTimeOffset now, ZoneHints customer)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(customer);
        var local = Theirs().Replace(text.Trim(), "");
        var zones = CustomerZone.Candidates(customer).Where(z => TimeZoneInfo.TryFindSystemTimeZoneById(z, out _)).ToList();
        var times = zones.Select(z => Read(local, now, z)).ToList();
        if (times.OfType<Outcome<DateTimeOffset>.Refused>().FirstOrDefault() is { } unreadable)
        {
            return unreadable;
        }

        return times.OfType<Outcome<DateTimeOffset>.Ok>().Select(t => t.Value).Distinct().ToList() is [var only] ? only : new Refusal(
            "unclear_zone",
            zones.Count == 0 ? "Which time zone the customer is in is not known: there is no country in their address." : $"The customer's address fits {zones.Count} time zones, and their clocks differ.",
            $"Ask which zone it is and name it: \"{Canonical.PlainText.Clean(local, 40)} {zones.FirstOrDefault() ?? "Europe/Berlin"}\".");
    }

    /// <param name="now">Business time; a weekday is the next one, today only when its hour is still to come.</param>
    public static Outcome<DateTimeOffset> Read(string text, DateTimeOffset now, string zone)
    {
        if (DateTimeOffset.TryParseExact(text.Trim(), ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) && HasOffset().IsMatch(text.Trim()))
        {
            return instant.ToUniversalTime();
        }

        var match = Pattern().Match(text.Trim());
        if (!match.Success || !TimeOnly.TryParseExact(match.Groups["time"].Value, ["H:mm", "HH:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return Unreadable(text);
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(match.Groups["zone"] is { Success: true } named ? named.Value : zone, out var place))
        {
            return new Refusal("invalid_not_before", $"'{match.Groups["zone"].Value}' is no known time zone.", "Use an IANA name such as Europe/Berlin.");
        }

        var local = TimeZoneInfo.ConvertTime(now, place);
        return DayOf(match.Groups["day"].Value, DateOnly.FromDateTime(local.DateTime), TimeOnly.FromDateTime(local.DateTime) < time) is { } day
            ? InstantOf(day.ToDateTime(time), place)
            : Unreadable(text);
    }

    private static DateOnly? DayOf(string word, DateOnly today, bool ahead) => word.ToLowerInvariant() switch
    {
        "today" => today,
        "tomorrow" => today.AddDays(1),
        var name when Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out var weekday) && !char.IsAsciiDigit(name[0]) =>
            today.AddDays(((int)weekday - (int)today.DayOfWeek + 7) % 7 is var days && days == 0 && !ahead ? 7 : days),
        var date => DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var exact) ? exact : null,
    };

    /// <summary>An hour that the clock skips is the one after; one that comes twice is the first.</summary>
    private static DateTimeOffset InstantOf(DateTime local, TimeZoneInfo place)
    {
        var real = place.IsInvalidTime(local) ? local.AddHours(1) : local;
        var offset = place.IsAmbiguousTime(real) ? place.GetAmbiguousTimeOffsets(real).Max() : place.GetUtcOffset(real);
        return new DateTimeOffset(real, offset).ToUniversalTime();
    }

    private static Refusal Unreadable(string text) => new(
        "invalid_not_before", $"'{Canonical.PlainText.Clean(text, 60)}' is no time.", "Write it as 2026-02-03T09:00Z, \"2026-02-03 09:00 Europe/Berlin\" or \"Tuesday 9:00 Europe/Berlin\".");

    [GeneratedRegex(@"^(?<day>\d{4}-\d\d-\d\d|[A-Za-z]+)[T ,]+(?:at )?(?<time>\d{1,2}:\d\d(?::\d\d)?)(?:\s+(?<zone>[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\s+(?:in\s+)?(?:their|the\s+customer'?s|customer'?s?|the\s+customer’s)\s+(?:own\s+|local\s+)?time(?:\s+zone)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Theirs();

    [GeneratedRegex(@"(?:Z|[+\-]\d\d:\d\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex HasOffset();
}
