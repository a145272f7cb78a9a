namespace BillingCopilot.Billing.Triage;

/// <summary>How well one label was found.</summary>
/// <param name="Found">Labelled so and sorted so.</param>
/// <param name="Missed">Labelled so and sorted elsewhere.</param>
/// <param name="Claimed">Sorted so and labelled otherwise.</param>
public sealed record LabelScore(string Label, int Found, int Missed, int Claimed)
{
    /// <summary>Of those sorted so, the share that is; 1 when none was.</summary>
    public double Precision => Found + Claimed == 0 ? 1 : Found / (double)(Found + Claimed);

    /// <summary>Of those that are so, the share found; 1 when there are none.</summary>
    public double Recall => Found + Missed == 0 ? 1 : Found / (double)(Found + Missed);
}

/// <summary>Compares labels with what a sorter said.</summary>
public static class TriageScore
{
    /// <summary>A row for each label, in the order of the alphabet.</summary>
    public static IReadOnlyList<LabelScore> Of(IReadOnlyCollection<(string Label, string Said)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return
        [
            .. pairs.SelectMany(p => new[] { p.Label, p.Said }).Distinct().Order(StringComparer.Ordinal).Select(label => new LabelScore(
                label,
                pairs.Count(p => p.Label == label && p.Said == label),
                pairs.Count(p => p.Label == label && p.Said != label),
                pairs.Count(p => p.Label != label && p.Said == label))),
        ];
    }
}
