using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Approvals;

/// <summary>Takes a known person's decision on a proposal, once.</summary>
public sealed class DecisionDesk
{
    private const int LongestReason = 500;
    private static readonly string Pending = WireName.Of(ProposalStatus.Pending);

    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly PeopleDirectory _people;
    private readonly PolicyBook _policies;
    private readonly RolloutPlan _rollout;
    private readonly AuditLog _audit;
    private readonly ProposalExpiry _expiry;

    internal DecisionDesk(
        CopilotDbFactory databases, BusinessClock clock, PeopleDirectory people, PolicyBook policies, RolloutPlan rollout,
        AuditLog audit, ProposalExpiry expiry) =>
        (_databases, _clock, _people, _policies, _rollout, _audit, _expiry) = (databases, clock, people, policies, rollout, audit, expiry);

    /// <summary>
    /// Approves. Where the policy asks for two people, the first approval leaves the proposal pending. Refusals:
    /// not_found, not_allowed, self_approval, already_decided, expired, hash_mismatch, mode_mismatch,
    /// policy_changed, read_only, cap_exceeded.
    /// </summary>
    /// <param name="hash">The hash the person saw; a different one is refused.</param>
    /// <param name="channel"><c>console</c>, <c>api</c>, <c>cli</c>, …</param>
    public Task<Outcome<ProposalView>> ApproveAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, CancellationToken cancellationToken) =>
        DecideAsync(tenant, new Decision(proposalId, person, hash, channel, Approves: true, null), cancellationToken);

    /// <summary>Rejects, or withdraws one's own proposal.</summary>
    /// <inheritdoc cref="ApproveAsync"/>
    public Task<Outcome<ProposalView>> RejectAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, string? reason, CancellationToken cancellationToken) =>
        DecideAsync(tenant, new Decision(proposalId, person, hash, channel, Approves: false, reason is null ? null : PlainText.Clean(reason, LongestReason)), cancellationToken);

    private async Task<Outcome<ProposalView>> DecideAsync(TenantContext tenant, Decision decision, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);
        var outcome = _people.Find(decision.Person.Id) is { } known
            ? await RecordAsync(tenant, decision with { Person = known }, cancellationToken)
            : new Refusal("not_allowed", $"Nobody is known as '{PlainText.Clean(decision.Person.Id, 60)}'.", "An admin can add them to people.yaml.");
        if (outcome is Outcome<ProposalView>.Refused { Refusal: var refusal })
        {
            var details = new JsonObject { ["code"] = refusal.Code, ["decision"] = decision.Word, ["channel"] = decision.Channel };
            await _audit.AppendAsync(tenant, new AuditEntry("approval.refused", PlainText.Clean(decision.Person.Id, 60), PlainText.Clean(decision.ProposalId, 60), details), cancellationToken);
        }

        return outcome;
    }

    private async Task<Outcome<ProposalView>> RecordAsync(TenantContext tenant, Decision decision, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("proposal:" + decision.ProposalId, cancellationToken);
        if (await CaseAsync(db, decision.ProposalId, cancellationToken) is not { } about)
        {
            return new Refusal("not_found", "There is no such proposal.", "Look it up in the list of proposals.");
        }

        if (DecisionRules.Refuse(decision, about, tenant, _policies.Version) is { } refusal)
        {
            return refusal;
        }

        if (decision.Approves && await RefuseNowAsync(db, about, cancellationToken) is { } barrier)
        {
            return barrier;
        }

        await WriteAsync(db, decision, about, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await ProposalViews.ReadAsync(db, decision.ProposalId, cancellationToken))!;
    }

    private async Task<DecisionCase?> CaseAsync(CopilotDb db, string id, CancellationToken cancellationToken)
    {
        var row = await db.Proposals.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (row is null || _policies.Find(row.Operation) is not { } policy)
        {
            return null;
        }

        var approvals = await db.Approvals.AsNoTracking().Where(a => a.ProposalId == id).ToListAsync(cancellationToken);
        return new DecisionCase(row, approvals, policy, _clock.UtcNow);
    }

    private async Task<Refusal?> RefuseNowAsync(CopilotDb db, DecisionCase about, CancellationToken cancellationToken)
    {
        if (_rollout.Refuse(about.Proposal.Operation) is { } refusal)
        {
            return refusal;
        }

        await db.LockAsync("customer:" + about.Proposal.CustomerId, cancellationToken);
        return await DailyCap.RefuseAsync(db, about.Proposal, about.Policy, about.Now, cancellationToken);
    }

    private async Task WriteAsync(CopilotDb db, Decision decision, DecisionCase about, CancellationToken cancellationToken)
    {
        var missing = decision.Approves ? await MissingAsync(db, about, cancellationToken) : 0;
        if (missing <= 0)
        {
            await MoveAsync(db, decision, cancellationToken);
        }

        var approval = RowOf(decision, about);
        db.Approvals.Add(approval);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, Recorded(approval, Math.Max(missing, 0)), cancellationToken);
    }

    /// <summary>How many people have to approve after this one. The amounts of the day count together, or a split would need nobody.</summary>
    private static async Task<int> MissingAsync(CopilotDb db, DecisionCase about, CancellationToken cancellationToken)
    {
        var amount = await DailyCap.WithRecentAsync(db, about.Proposal, about.Now, null, cancellationToken);
        return about.Policy.ApproversFor(amount) - about.Approvals.Count - 1;
    }

    private static async Task MoveAsync(CopilotDb db, Decision decision, CancellationToken cancellationToken)
    {
        var moved = await db.Proposals.Where(p => p.Id == decision.ProposalId && p.Status == Pending)
            .ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, decision.Word), cancellationToken);
        if (moved != 1)
        {
            throw new InvalidOperationException("A proposal was decided without its lock.");
        }
    }

    private static ApprovalRow RowOf(Decision decision, DecisionCase about) => new()
    {
        TenantId = about.Proposal.TenantId,
        ProposalId = about.Proposal.Id,
        Person = decision.Person.Id,
        Role = DecisionRules.RoleOf(decision, about)!,
        Decision = decision.Word,
        Hash = decision.Hash,
        Channel = decision.Channel,
        Reason = decision.Reason,
        At = about.Now,
    };

    private static AuditEntry Recorded(ApprovalRow approval, int missing) => new("approval.recorded", approval.Person, approval.ProposalId, new JsonObject
    {
        ["decision"] = approval.Decision,
        ["role"] = approval.Role,
        ["hash"] = approval.Hash,
        ["channel"] = approval.Channel,
        ["approvals_missing"] = missing,
    });
}
