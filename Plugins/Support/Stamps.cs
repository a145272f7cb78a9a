using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Recognises what a grant made.</summary>
internal static class Stamps
{
    public static bool Bears(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant) => Bears(metadata, WriteGrant.ProposalKey, grant);

    /// <summary>The key of a mark that an undoing leaves beside the mark of what it undoes.</summary>
    public static string Undo(string key) => key.Replace("copilot_", "copilot_undo_", StringComparison.Ordinal);

    /// <summary>Recognises what a grant undid.</summary>
    public static bool BearsUndo(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant) => Bears(metadata, Undo(WriteGrant.ProposalKey), grant);

    private static bool Bears(IReadOnlyDictionary<string, string>? metadata, string key, WriteGrant grant) =>
        metadata is not null && metadata.TryGetValue(key, out var proposal) && proposal == grant.ProposalId;
}
