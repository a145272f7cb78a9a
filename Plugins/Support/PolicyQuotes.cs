using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Memory;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Support;

/// <summary>The rule that allows or forbids an operation, in our policy's own words, for its card.</summary>
internal sealed class PolicyQuotes(IKnowledgeBase knowledge) : IPolicyQuotes
{
    private const int Looked = 10;
    private const int Longest = 480;

    /// <summary>The best section whose heading holds the first of the rule's words that any heading holds: <c>Refunds, Refund window: “…”</c>, cut at a sentence.</summary>
    public async Task<string?> FindAsync(TenantContext tenant, PolicyRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        IReadOnlyList<Passage> found;
        try
        {
            found = await knowledge.SearchAsync(tenant, rule.Query, "policy", Looked, cancellationToken);
        }
        catch (Exception e) when (StorageFault.Is(e) || e is HttpRequestException)
        {
            // A card without its quotation can still be decided on; what has a deadline can't wait for a search.
            return null;
        }

        // The headings stand from the rule itself to what is merely about the matter: a better rank does not make up for that.
        return rule.Headings.Select(word => found.FirstOrDefault(p => p.Section.Contains(word, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(p => p is not null) is { } section
            ? $"{PlainText.Clean(section.Title, 100)}, {PlainText.Clean(section.Section, 100)}: “{Cut(PlainText.Clean(section.Quote, int.MaxValue))}”"
            : null;
    }

    private static string Cut(string words)
    {
        if (words.Length <= Longest)
        {
            return words;
        }

        var end = words.LastIndexOf(". ", Longest - 1, StringComparison.Ordinal);
        return end > 0 ? words[..(end + 1)] : PlainText.Clean(words, Longest) + "…";
    }
}
