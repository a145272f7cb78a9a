using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Recognises what a grant made.</summary>
internal static class Stamps
{
    public static bool Bears(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant) => Bears(metadata, WriteGrant.ProposalKey, grant);

    /// <summary>The key of a mark that an undoing leaves beside the mark of what it undoes.</summary>
    public static string Undo(string key) => key.Replace("copilot_", "copilot_undo_", StringComparison.Ordinal);

    /// <summary>The key of a mark for a tax id, on its customer: one that changes the customer's own fields waits for no tax id.</summary>
    public static string TaxId(string key) => key.Replace("copilot_", "copilot_tax_id_", StringComparison.Ordinal);

    /// <summary>Recognises what a grant undid.</summary>
    public static bool BearsUndo(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant) => Bears(metadata, Undo(WriteGrant.ProposalKey), grant);

    /// <summary>
    /// What an object's mark tells of a grant whose change and mark come in one call. Only one mark fits on an object:
    /// where it is neither the grant's nor <paramref name="earlier"/>, a later write may have covered the grant's own.
    /// </summary>
    /// <param name="earlier">The mark that was there when the write was approved, null when there was none.</param>
    public static ExecutionResult Tell(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant, string? earlier, Func<ExecutionResult> done) => Of(metadata) switch
    {
        var mark when mark == grant.ProposalId => done(),
        var mark when mark == earlier => new ExecutionResult.NotDone(),
        { } other => new ExecutionResult.Unknown($"It bears the mark of proposal {PlainText.Clean(other, 60)}, which may have covered this one's."),
        null => new ExecutionResult.Unknown("A mark that it bore has been taken away."),
    };

    /// <summary>The proposal whose mark an object bears, or null.</summary>
    public static string? Of(IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(WriteGrant.ProposalKey) is { Length: > 0 } mark ? mark : null;

    private static bool Bears(IReadOnlyDictionary<string, string>? metadata, string key, WriteGrant grant) =>
        metadata is not null && metadata.TryGetValue(key, out var proposal) && proposal == grant.ProposalId;
}
