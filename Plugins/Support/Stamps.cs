using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.Support;

/// <summary>Recognises what a grant made.</summary>
internal static class Stamps
{
    public static bool Bears(IReadOnlyDictionary<string, string>? metadata, WriteGrant grant) =>
        metadata is not null && metadata.TryGetValue("copilot_proposal", out var proposal) && proposal == grant.ProposalId;
}
