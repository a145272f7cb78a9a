namespace BillingCopilot.Governance.Controls;

/// <summary>When automation of an operation trips and falls back to people. Section <c>breaker</c> of rollout.yaml.</summary>
/// <param name="Look">How far back is looked, in business time.</param>
/// <param name="CoolDown">How long it stays open before one use is let through on trial.</param>
/// <param name="RejectionRate">Share of the decisions of that time that were rejections, from which it trips.</param>
/// <param name="Failures">Executions of that time that failed or are in doubt, from which it trips.</param>
/// <param name="SpendMinor">By currency, minor units: all that was spent in that time, above which it trips; empty for no limit.</param>
/// <param name="AnomalyFactor">A single amount above this many times the median of the executed ones trips it.</param>
/// <param name="Least">Fewest decisions (for rates) or amounts (for the median) that say anything.</param>
public sealed record BreakerOptions(
    TimeSpan Look, TimeSpan CoolDown, double RejectionRate, int Failures, IReadOnlyDictionary<string, long> SpendMinor, double AnomalyFactor, int Least)
{
    public static BreakerOptions Default { get; } = new(TimeSpan.FromHours(24), TimeSpan.FromHours(1), 0.3, 3, new Dictionary<string, long>(), 10, 5);
}
