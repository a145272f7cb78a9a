using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Operations;

/// <summary>Where a tenant's policies say what allows or forbids an operation.</summary>
/// <param name="Query">Words to search their sections with.</param>
/// <param name="Headings">Parts of headings, one of which the section has.</param>
public sealed record PolicyRule(string Query, params string[] Headings)
{
    /// <summary>The row of a card that quotes it.</summary>
    public const string Field = "Policy";
}

/// <summary>Finds the words of a rule in a tenant's policies.</summary>
public interface IPolicyQuotes
{
    /// <summary>Document, section and the section's own words; null when no policy has such a section.</summary>
    Task<string?> FindAsync(TenantContext tenant, PolicyRule rule, CancellationToken cancellationToken);
}
