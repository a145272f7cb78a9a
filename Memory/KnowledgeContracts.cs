using BillingCopilot.Storage;

namespace BillingCopilot.Memory;

/// <summary>A section of a policy or a past ticket, quoted word for word.</summary>
/// <param name="Kind"><c>policy</c>, <c>ticket</c>, or <c>reply</c>: the part of a policy that is written for customers.</param>
/// <param name="Document">Path under the ingested folder: <c>policies/refunds.md</c>.</param>
/// <param name="Title">The document's title.</param>
/// <param name="Section">Heading of the section; empty when the document has none.</param>
/// <param name="Quote">The section's words, verbatim but for Markdown's marks, at most the requested length (cut at a sentence).</param>
/// <param name="Score">Higher is better; comparable within one search only.</param>
public sealed record Passage(string Kind, string Document, string Title, string Section, string Quote, double Score);

/// <summary>How a folder stands in the index after an ingestion.</summary>
/// <param name="Documents">Documents of the folder that are now held, the unchanged ones included.</param>
/// <param name="Sections">Sections of those documents.</param>
/// <param name="Unchanged">Documents that were left as they were.</param>
/// <param name="Removed">Documents whose file vanished or became faulty.</param>
/// <param name="Problems">Files left out: path, fault and remedy, one line each.</param>
public sealed record IngestReport(int Documents, int Sections, int Unchanged, int Removed, IReadOnlyList<string> Problems);

/// <summary>Policies and past tickets of a tenant: takes in folders of Markdown, finds sections.</summary>
public interface IKnowledgeBase
{
    /// <summary>
    /// Takes in every <c>*.md</c> below a folder; the first path segment (<c>policies</c>, <c>tickets</c>) is the
    /// kind. Unchanged files are left, vanished ones removed; what other folders brought stays. Repeatable.
    /// </summary>
    Task<IngestReport> IngestAsync(TenantContext tenant, string directory, CancellationToken cancellationToken);

    /// <summary>Best sections for a question, best first.</summary>
    /// <param name="kind"><c>policy</c>, <c>ticket</c> or null for both; <c>reply</c> for what customers may be told.</param>
    Task<IReadOnlyList<Passage>> SearchAsync(TenantContext tenant, string query, string? kind, int limit, CancellationToken cancellationToken);
}
