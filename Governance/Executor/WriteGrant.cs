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

    /// <summary>Asks, when something is about to leave, why it must not; null before the executor set out to send.</summary>
    internal Func<CancellationToken, Task<Refusal?>>? LastLook { get; init; }

    /// <summary>True once something was let out with this grant.</summary>
    internal bool HasLeft { get; private set; }

    /// <summary>Which attempt at sending this is, from 1; 0 where it is none. For what must be made anew in each, such as a link that expires.</summary>
    public int Attempt { get; private init; }

    /// <summary>The declared fields of the preview that was approved.</summary>
    public IReadOnlyDictionary<string, string> Approved { get; }

    /// <summary>
    /// Why an operation must not act on what it reads now, or null when its declared fields are still those that
    /// were approved. An operation that plans anew asks this with the very plan that it is about to send.
    /// </summary>
    public Refusal? RefuseUnless(IReadOnlyDictionary<string, string> now) => ProposalHash.Digest(now) == ProposalHash.Digest(Approved)
        ? null
        : new Refusal("state_moved", $"What would be sent is not what was approved: {Declaration.Difference(Approved, now)}.", "Propose it again.");

    /// <summary>
    /// Every writer calls this right before something leaves the process, repetitions of its own too: after every read
    /// and every wait. Throws when a kill switch was thrown or the lease was lost since the guards were asked.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (LastLook is not { } look)
        {
            throw new InvalidOperationException("Only the executor sends, and it is not sending with this grant.");
        }

        if (await look(cancellationToken) is { } refusal)
        {
            throw new HeldBackException(refusal);
        }

        HasLeft = true;
    }

    /// <summary>The same grant, for one attempt.</summary>
    internal WriteGrant For(Func<CancellationToken, Task<Refusal?>> lastLook, int attempt = 0) =>
        new(Tenant, ProposalId, Operation, IdempotencyKey, ApprovedBy, PromptVersion, Approved) { LastLook = lastLook, Attempt = attempt };

    /// <summary>The stamp that goes into the metadata of what the write touches.</summary>
    public IReadOnlyDictionary<string, string> Stamp => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [ProposalKey] = ProposalId,
        [ApprovedByKey] = ApprovedBy,
        [PromptKey] = PromptVersion,
    };
}

/// <summary>A writer's call was kept from leaving the process.</summary>
public sealed class HeldBackException(Refusal refusal) : Exception(refusal?.Message)
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>
/// Opens the clients that can write (Stripe with the write key, mail). Implemented internally by the adapters;
/// resolvable by the executor's composition only, never by a model's kernel. Every writer asks
/// <see cref="WriteGrant.LeaveAsync"/> right before something leaves.
/// </summary>
public interface IWriteClients
{
    /// <summary>The writer of this type for the grant's tenant. Throws when no such writer exists.</summary>
    TWriter Open<TWriter>(WriteGrant grant)
        where TWriter : class;

    /// <summary>Why nothing can be written for this tenant (no key to write with), or null. Asked before an execution begins.</summary>
    Refusal? Refuse(TenantContext tenant);
}
