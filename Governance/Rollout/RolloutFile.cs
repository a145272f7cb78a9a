using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Rollout;

/// <summary>Reads <c>rollout.yaml</c>.</summary>
internal static class RolloutFile
{
    private static readonly string[] OperationPhases = ["read_only", "assisted", "automated"];
    private static readonly string[] PlaybookPhases = ["off", .. OperationPhases];

    public static RolloutPlan Read(ConfigMap file, OperationCatalog catalog)
    {
        file.Allow("operations", "playbooks", "segments", "breaker");
        var segments = file.Find("segments")?.Map.Entries.ToDictionary(e => e.Key, ReadSegment, StringComparer.Ordinal) ?? [];
        var operations = file.Get("operations").Map.Allow("operation", [.. catalog.All.Select(d => d.Name)]);
        var names = segments.Keys.ToArray();
        return new RolloutPlan(
            operations.Entries.ToDictionary(e => e.Key, e => ReadStep(e, OperationPhases, names), StringComparer.Ordinal),
            file.Find("playbooks")?.Map.Entries.ToDictionary(e => e.Key, e => ReadStep(e, PlaybookPhases, names), StringComparer.Ordinal),
            segments,
            file.Find("breaker") is { } breaker ? ReadBreaker(breaker.Map) : null);
    }

    private static RolloutStep ReadStep(ConfigNode node, string[] phases, string[] segments)
    {
        if (!node.IsMap)
        {
            return new RolloutStep(WireName.Parse<RolloutPhase>(node.OneOf(phases, "phase")), []);
        }

        var map = node.Map.Allow("phase", "segments");
        return new RolloutStep(
            WireName.Parse<RolloutPhase>(map.Get("phase").OneOf(phases, "phase")),
            [.. (map.Find("segments")?.Items ?? []).Select(s => s.OneOf(segments, "segment"))]);
    }

    private static Segment ReadSegment(ConfigNode node)
    {
        var map = node.Map.Allow("plans", "countries", "tags", "mrr_from", "mrr_below");
        return new Segment(Texts("plans"), Texts("countries"), Texts("tags"), Amounts("mrr_from"), Amounts("mrr_below"));

        IReadOnlyList<string> Texts(string key) => [.. (map.Find(key)?.Items ?? []).Select(i => i.Text)];

        IReadOnlyDictionary<string, Money> Amounts(string key) => map.Find(key)?.Map.Entries.ToDictionary(e => e.Key, ReadAmount, StringComparer.Ordinal) ?? [];
    }

    private static Money ReadAmount(ConfigNode node) => Money.Parse(node.Text, node.Key) is Outcome<Money>.Ok { Value: var money } && money.Currency == node.Key && money.AmountMinor >= 0
        ? money
        : throw node.Fault($"'{node.Key}: {node.Text}' is no amount. Write a lower-case currency and decimal text, such as usd: \"1000.00\".");

    private static BreakerOptions ReadBreaker(ConfigMap map)
    {
        map.Allow("look_hours", "cool_down_minutes", "rejection_rate", "failures", "spend", "anomaly_factor", "least");
        var usual = BreakerOptions.Default;
        return new BreakerOptions(
            TimeSpan.FromHours(Number(map, "look_hours", usual.Look.TotalHours, 1, 24 * 30)),
            TimeSpan.FromMinutes(Number(map, "cool_down_minutes", usual.CoolDown.TotalMinutes, 1, 60 * 24 * 7)),
            Number(map, "rejection_rate", usual.RejectionRate, 0.01, 1),
            (int)Number(map, "failures", usual.Failures, 1, 1000),
            map.Find("spend")?.Map.Entries.ToDictionary(e => e.Key, e => ReadAmount(e).AmountMinor, StringComparer.Ordinal) ?? usual.SpendMinor,
            Number(map, "anomaly_factor", usual.AnomalyFactor, 1.1, 10_000),
            (int)Number(map, "least", usual.Least, 1, 1000));
    }

    private static double Number(ConfigMap map, string key, double usual, double low, double high) =>
        map.Find(key) is not { } node ? usual
        : double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high ? value
        : throw node.Fault(string.Create(CultureInfo.InvariantCulture, $"'{key}' is '{node.Text}'; it must be a number from {low} to {high}."));
}
