using System.Globalization;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.WebConsole.Proposals;

/// <summary>Which proposals the list shows.</summary>
public enum ProposalFilter
{
    /// <summary>Somebody or something still has to act.</summary>
    Open,

    Executed,

    /// <summary>Rejected, expired, stale or failed: nothing was done.</summary>
    Closed,

    All,
}

/// <summary>How a proposal's state is put in words.</summary>
public static class ProposalWords
{
    public static bool Shows(this ProposalFilter filter, ProposalStatus status) => filter switch
    {
        ProposalFilter.Open => status is ProposalStatus.Pending or ProposalStatus.Approved or ProposalStatus.Executing or ProposalStatus.NeedsReconcile,
        ProposalFilter.Executed => status is ProposalStatus.Executed,
        ProposalFilter.Closed => status is ProposalStatus.Rejected or ProposalStatus.Expired or ProposalStatus.Stale or ProposalStatus.Failed or ProposalStatus.Replaced,
        _ => true,
    };

    public static string Label(ProposalStatus status) => status switch
    {
        ProposalStatus.Pending => "Waiting for approval",
        ProposalStatus.Approved => "Approved",
        ProposalStatus.Executing => "Executing",
        ProposalStatus.Executed => "Executed",
        ProposalStatus.Failed => "Failed",
        ProposalStatus.Rejected => "Rejected",
        ProposalStatus.Expired => "Expired",
        ProposalStatus.Stale => "Stale",
        ProposalStatus.Replaced => "Edited",
        _ => "Check by hand",
    };

    /// <summary>Style class of the status.</summary>
    public static string Tone(ProposalStatus status) => status switch
    {
        ProposalStatus.Pending => "bc-tone-wait",
        ProposalStatus.Approved or ProposalStatus.Executing => "bc-tone-busy",
        ProposalStatus.Executed => "bc-tone-good",
        ProposalStatus.Failed or ProposalStatus.NeedsReconcile => "bc-tone-bad",
        _ => "bc-tone-calm",
    };

    /// <summary>What the status means for the reader; null when the label says it all.</summary>
    public static string? Explanation(ProposalStatus status) => status switch
    {
        ProposalStatus.Stale => "What it rests on has changed since. Nothing was done; ask for it again.",
        ProposalStatus.Expired => "Nobody decided in time. Nothing was done.",
        ProposalStatus.Replaced => "Another proposal took its place. Nothing was done.",
        ProposalStatus.Failed => "Refused when it was carried out. Nothing was done.",
        ProposalStatus.NeedsReconcile => "It is not known whether this took effect. Check it by hand before you propose it again.",
        _ => null,
    };

    public static string Label(Risk risk) => risk switch
    {
        Risk.Money => "Moves money or is final",
        Risk.Reversible => "Changes a record",
        _ => "Sends a message",
    };

    /// <summary>A person's name where it is known, else the id.</summary>
    public static string Name(string id, IReadOnlyList<Person>? people) => PlainText.Line(
        id == Person.Automation.Id ? Person.Automation.Name : people?.FirstOrDefault(p => p.Id == id)?.Name ?? id, 60);

    /// <summary><c>2026-11-02 14:05 UTC</c></summary>
    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    /// <summary><c>in 3 h 20 min</c>, <c>5 min ago</c></summary>
    public static string Relative(DateTimeOffset at, DateTimeOffset now)
    {
        var span = (at - now).Duration();
        var text = span switch
        {
            { TotalMinutes: < 1 } => "less than a minute",
            { TotalHours: < 1 } => $"{span.Minutes} min",
            { TotalDays: < 1 } => $"{span.Hours} h" + (span.Minutes > 0 ? $" {span.Minutes} min" : ""),
            _ => $"{span.Days} d" + (span.Hours > 0 ? $" {span.Hours} h" : ""),
        };
        return at >= now ? "in " + text : text + " ago";
    }
}
