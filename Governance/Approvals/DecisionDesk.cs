using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
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
    private readonly GuardList _guards;
    private readonly AuditLog _audit;
    private readonly ProposalExpiry _expiry;

    internal DecisionDesk(
        CopilotDbFactory databases, BusinessClock clock, PeopleDirectory people, PolicyBook policies, GuardList guards,
        AuditLog audit, ProposalExpiry expiry) =>
        (_databases, _clock, _people, _policies, _guards, _audit, _expiry) = (databases, clock, people, policies, guards, audit, expiry);

    /// <summary>
    /// Approves. Where the policy asks for two people, the first approval leaves the proposal pending. Refusals:
    /// not_found, not_allowed, self_approval, already_decided, expired, hash_mismatch, mode_mismatch,
    /// policy_changed, stopped, read_only, cap_exceeded.
    /// </summary>
    /// <param name="hash">The hash the person saw; a different one is refused.</param>
    /// <param name="channel"><c>console</c>, <c>api</c>, <c>cli</c>, …</param>
    public Task<Outcome<ProposalView>> ApproveAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, CancellationToken cancellationToken) =>
        DecideAsync(tenant, new Decision(proposalId, person, hash, channel, Approves: true, null), cancellationToken);

    /// <summary>Rejects, or withdraws one's own proposal; with a reason.</summary>
    /// <inheritdoc cref="ApproveAsync"/>
    public Task<Outcome<ProposalView>> RejectAsync(TenantContext tenant, string proposalId, Person person, string hash, string channel, string? reason, CancellationToken cancellationToken) =>
        DecideAsync(tenant, new Decision(proposalId, person, hash, channel, Approves: false, reason is null ? null : PlainText.Clean(reason, LongestReason)), cancellationToken);

    internal async Task<Outcome<ProposalView>> DecideAsync(TenantContext tenant, Decision decision, CancellationToken cancellationToken)
    {
        await _expiry.SweepAsync(tenant, cancellationToken);

        // Roles are the directory's, whatever the caller claims.
        var outcome = await RecordAsync(tenant, decision with { Person = _people.Find(decision.Person.Id) ?? decision.Person }, cancellationToken);
        if (outcome is Outcome<ProposalView>.Refused { Refusal: var refusal })
        {
            var details = new JsonObject { ["code"] = refusal.Code, ["decision"] = decision.Word, ["channel"] = decision.Channel, ["source"] = decision.Source };
            await _audit.AppendAsync(tenant, new AuditEntry("approval.refused", PlainText.Clean(decision.Person.Id, 60), PlainText.Clean(decision.ProposalId, 60), details), cancellationToken);
        }

        return outcome;
    }

    private async Task<Outcome<ProposalView>> RecordAsync(TenantContext tenant, Decision decision, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("proposal:" + decision.ProposalId, cancellationToken);
        if (await CaseAsync(db, tenant, decision, cancellationToken) is not { } about)
        {
            return new Refusal("not_found", "There is no such proposal.", "Look it up in the list of proposals.");
        }

        if (decision.Approves)
        {
            await Caps.LockAsync(db, about.Proposal, about.Policy, decision.Person.Id, cancellationToken);
        }

        if (await _guards.Decide.FirstAsync(about, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await WriteAsync(db, decision, about, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var view = (await ProposalViews.ReadAsync(db, decision.ProposalId, cancellationToken))!;
        return (await SecondApprovers.ExplainAsync(db, [view], _policies, about.Now, cancellationToken))[0];
    }

    private async Task<DecisionCase?> CaseAsync(CopilotDb db, TenantContext tenant, Decision decision, CancellationToken cancellationToken)
    {
        var id = decision.ProposalId;
        var row = await db.Proposals.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (row is null || _policies.Find(row.Operation) is not { } policy)
        {
            return null;
        }

        var approvals = await db.Approvals.AsNoTracking().Where(a => a.ProposalId == id).ToListAsync(cancellationToken);
        return new DecisionCase(decision, row, approvals, policy, tenant, _clock.UtcNow, db);
    }

    private async Task WriteAsync(CopilotDb db, Decision decision, DecisionCase about, CancellationToken cancellationToken)
    {
        var complete = await _guards.Complete.FirstAsync(about, cancellationToken) is null;
        if (complete)
        {
            await MoveAsync(db, decision, cancellationToken);
        }

        var approval = RowOf(decision, about);
        db.Approvals.Add(approval);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, Recorded(approval, complete ? 0 : 1), cancellationToken);
    }

    private static async Task MoveAsync(CopilotDb db, Decision decision, CancellationToken cancellationToken)
    {
        // The words go to the proposal: a row of approvals can't be changed, and words have to be erasable.
        var moved = await db.Proposals.Where(p => p.Id == decision.ProposalId && p.Status == Pending)
            .ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, decision.Word).SetProperty(r => r.ResultText, decision.Reason), cancellationToken);
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
        Role = DecideGuards.RoleOf(about) ?? "none",
        Decision = decision.Word,
        Hash = decision.Hash,
        Channel = decision.Channel,
        Source = decision.Source,
        At = about.Now,
    };

    private static AuditEntry Recorded(ApprovalRow approval, int missing) => new("approval.recorded", approval.Person, approval.ProposalId, new JsonObject
    {
        ["decision"] = approval.Decision,
        ["role"] = approval.Role,
        ["hash"] = approval.Hash,
        ["channel"] = approval.Channel,
        ["source"] = approval.Source,
        ["approvals_missing"] = missing,
    });
}
