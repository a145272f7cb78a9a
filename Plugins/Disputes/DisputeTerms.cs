using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Policy;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>What the policy says of disputes.</summary>
/// <param name="Small">By currency: a dispute of less is accepted; null where no policy says so.</param>
/// <param name="Contest">Null where nobody wrote it down.</param>
public sealed record DisputeTerms(IReadOnlyDictionary<string, Money>? Small, ContestTerms? Contest)
{
    internal static DisputeTerms Of(PolicyBook policies) => new(policies.Find(AcceptDispute.Descriptor.Name)?.SmallBelow, policies.Contest());
}

/// <inheritdoc cref="DisputeTerms"/>
internal static class DisputePolicyTerms
{
    /// <summary>They stand with the operation that contests, whoever asks.</summary>
    public static ContestTerms? Contest(this PolicyBook policies) => policies.Find(SubmitDisputeEvidence.Descriptor.Name)?.Contest;
}
