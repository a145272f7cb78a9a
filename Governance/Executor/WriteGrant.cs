using BillingCopilot.Billing;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Operations;

/// <summary>
/// Proof that a person approved exactly this proposal. Only the executor makes one; a write client opens for
/// nothing else.
/// </summary>
public sealed class WriteGrant
{
    /// <summary>Metadata key: the proposal that made or changed the object.</summary>
    public const string ProposalKey = "copilot_proposal";

    /// <summary>Metadata key: ids of the people who approved.</summary>
    public const string ApprovedByKey = "copilot_approved_by";

    /// <summary>Metadata key: agent and prompt version.</summary>
    public const string PromptKey = "copilot_prompt";

    internal WriteGrant(
        TenantContext tenant, string proposalId, string operation, string idempotencyKey, string approvedBy, string promptVersion,
        IReadOnlyDictionary<string, string> approved)
    {
        Approved = approved;
        Tenant = tenant;
        ProposalId = proposalId;
        Operation = operation;
        IdempotencyKey = idempotencyKey;
        ApprovedBy = approvedBy;
        PromptVersion = promptVersion;
    }

    public TenantContext Tenant { get; }

    public string ProposalId { get; }

    public string Operation { get; }

    /// <summary>Stored before the first call; sent with every repetition.</summary>
    public string IdempotencyKey { get; }

    /// <summary>Ids of the people who approved, comma separated.</summary>
    public string ApprovedBy { get; }

    /// <summary>Agent and prompt version that proposed it: <c>support.v1</c>.</summary>
    public string PromptVersion { get; }

    /// <summary>The declared fields of the preview that was approved.</summary>
    public IReadOnlyDictionary<string, string> Approved { get; }

    /// <summary>
    /// Why an operation must not act on what it reads now, or null when its declared fields are still those that
    /// were approved. An operation that plans anew asks this with the very plan that it is about to send.
    /// </summary>
    public Refusal? RefuseUnless(IReadOnlyDictionary<string, string> now) => ProposalHash.Digest(now) == ProposalHash.Digest(Approved)
        ? null
        : new Refusal("state_moved", $"What would be sent is not what was approved: {Declaration.Difference(Approved, now)}.", "Propose it again.");

    /// <summary>The stamp that goes into the metadata of what the write touches.</summary>
    public IReadOnlyDictionary<string, string> Stamp => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [ProposalKey] = ProposalId,
        [ApprovedByKey] = ApprovedBy,
        [PromptKey] = PromptVersion,
    };
}

/// <summary>
/// Opens the clients that can write (Stripe with the write key, mail). Implemented internally by the adapters;
/// resolvable by the executor's composition only, never by a model's kernel.
/// </summary>
public interface IWriteClients
{
    /// <summary>The writer of this type for the grant's tenant. Throws when no such writer exists.</summary>
    TWriter Open<TWriter>(WriteGrant grant)
        where TWriter : class;

    /// <summary>Why nothing can be written for this tenant (no key to write with), or null. Asked before an execution begins.</summary>
    Refusal? Refuse(TenantContext tenant);
}
