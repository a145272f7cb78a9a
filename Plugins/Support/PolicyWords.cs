using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Memory;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Support;

/// <summary>The rule that allows or forbids an operation, in our policy's own words, for its card.</summary>
internal static class PolicyWords
{
    private const int Looked = 5;
    private const int Longest = 480;

    /// <summary>The best section whose heading holds one of the words; no row when our policies have none.</summary>
    /// <param name="about">Words of the heading, such as <c>downgrade</c>.</param>
    public static async Task<IReadOnlyList<PreviewChange>> RowsAsync(
        IKnowledgeBase knowledge, TenantContext tenant, string query, IReadOnlyCollection<string> about, CancellationToken cancellationToken)
    {
        var found = await knowledge.SearchAsync(tenant, query, "policy", Looked, cancellationToken);
        return found.FirstOrDefault(p => about.Any(word => p.Section.Contains(word, StringComparison.OrdinalIgnoreCase))) is { } section
            ? [new PreviewChange("Policy", "", PlainText.Clean($"{section.Title}, {section.Section}: {section.Quote}", Longest))]
            : [];
    }
}
