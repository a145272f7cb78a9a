using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Memory;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Our own words on refunds and cancellations, for the bank.</summary>
internal static class DisputePolicyReader
{
    private const int Looked = 5;
    private const int Longest = 2_000;

    public static async Task<DisputePolicies> ReadAsync(IKnowledgeBase knowledge, TenantContext tenant, CancellationToken cancellationToken) => new(
        await FindAsync(knowledge, tenant, "refund window days from the charge", "refund", cancellationToken),
        await FindAsync(knowledge, tenant, "how a subscription ends when it is canceled", "cancel", cancellationToken));

    /// <summary>The best section that is about the matter by its own headings; null when there is none.</summary>
    private static async Task<string?> FindAsync(IKnowledgeBase knowledge, TenantContext tenant, string query, string about, CancellationToken cancellationToken)
    {
        var found = await knowledge.SearchAsync(tenant, query, "policy", Looked, cancellationToken);
        return found.FirstOrDefault(p => $"{p.Title} {p.Section}".Contains(about, StringComparison.OrdinalIgnoreCase)) is { } section
            ? PlainText.Clean($"{section.Title}, {section.Section}: {section.Quote}", Longest)
            : null;
    }
}
