using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Controls;

/// <summary>What a standing approval lets pass: its own terms, the phase, the segment and the breaker.</summary>
internal sealed class StandingTerms(RolloutPlan rollout, RolloutGate gate)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>What the person signed.</summary>
    public static string HashOf(StandingApprovalRow row) => CanonicalJson.Hash(new JsonObject
    {
        ["tenant"] = row.TenantId,
        ["id"] = row.Id,
        ["operation"] = row.Operation,
        ["playbook"] = row.Playbook,
        ["segment"] = row.Segment,
        ["per_use"] = row.PerUse?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["per_day"] = row.PerDay?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["currency"] = row.Currency,
        ["uses_per_day"] = row.UsesPerDay,
        ["expires"] = row.ExpiresAt.ToUnixTimeMilliseconds(),
        ["person"] = row.Person,
    });

    /// <summary>
    /// Why what it approved may not be sent any more, or null: it no longer speaks for its signer, the phase asks for a
    /// person again, or the customer has left its segment.
    /// </summary>
    public async Task<Refusal?> RefuseSendingAsync(CopilotDb db, string id, ProposalRow proposal, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.StandingApprovals.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is { } row
            ? RefuseTerm(row, now) ?? RefusePhase(proposal) ?? await RefuseSegmentAsync(db, row, proposal, cancellationToken)
            : new Refusal("standing_unknown", "The standing approval does not exist.");

    /// <summary>Why it does not cover this proposal now, or null. Within the transaction that would mint the approval.</summary>
    public async Task<Refusal?> RefuseUseAsync(CopilotDb db, string id, ProposalRow proposal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.LockAsync("standing:" + id, cancellationToken);
        if (await db.StandingApprovals.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } row)
        {
            return new Refusal("standing_unknown", "The standing approval does not exist.");
        }

        return RefuseTerm(row, now)
            ?? RefuseScope(row, proposal)
            ?? await RefuseAmountsAsync(db, row, proposal, now, cancellationToken)
            ?? await RefuseSegmentAsync(db, row, proposal, cancellationToken)
            ?? await Breakers.RefuseAutomaticAsync(db, proposal, rollout.Breaker, now, cancellationToken);
    }

    private async Task<Refusal?> RefuseSegmentAsync(CopilotDb db, StandingApprovalRow row, ProposalRow proposal, CancellationToken cancellationToken) =>
        row.Segment is { } segment ? await gate.RefuseSegmentAsync(db.Tenant, segment, proposal.CustomerId, cancellationToken) : null;

    private Refusal? RefusePhase(ProposalRow proposal) => rollout.PhaseOf(proposal.Operation, proposal.Playbook) != RolloutPhase.Automated
        ? new Refusal("not_automated", $"{proposal.Operation} is not automated: its rollout phase asks for a person.")
        : null;

    private static Refusal? RefuseTerm(StandingApprovalRow row, DateTimeOffset now) =>
        row.Hash != HashOf(row) ? new Refusal("standing_tampered", "The standing approval is not the one that was signed.")
        : row.RevokedAt is not null ? new Refusal("standing_revoked", $"The standing approval was revoked by {row.RevokedBy}.")
        : row.ExpiresAt <= now ? new Refusal("standing_expired", "The standing approval has expired.")
        : null;

    private Refusal? RefuseScope(StandingApprovalRow row, ProposalRow proposal) =>
        row.Operation != proposal.Operation || (row.Playbook is not null && row.Playbook != proposal.Playbook)
            ? new Refusal("standing_scope", "The standing approval is for something else.")
        : RefusePhase(proposal) is { } phase
            ? phase
        : proposal.AmountMinor is { } amount && (row.Currency != proposal.Currency || row.PerUse is not { } most || Math.Abs(amount) > most)
            ? new Refusal("standing_amount", "The amount is more than the standing approval covers.")
        : proposal.AmountMinor is null && proposal.Risk == WireName.Of(Risk.Money)
            ? new Refusal("standing_amount", "It moves money or can't be undone, and names no amount that a standing approval could bound.")
        : null;

    private static async Task<Refusal?> RefuseAmountsAsync(CopilotDb db, StandingApprovalRow row, ProposalRow proposal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - Day;

        // A use that waits for its time counts until it is done, then as one of that day.
        var sent = Caps.SentIds(db, since);
        var all = db.Approvals.Where(a => a.Channel == StandingDesk.Channel && a.Source == row.Id);
        var (minted, ever) = (all.Where(a => a.At > since).Select(a => a.ProposalId), all.Select(a => a.ProposalId));
        var amounts = await db.Proposals.Where(p => minted.Contains(p.Id) || (ever.Contains(p.Id) && (Caps.MayYetHappen.Contains(p.Status) || sent.Contains(p.Id)))).Select(p => p.AmountMinor ?? 0).ToListAsync(cancellationToken);
        return amounts.Count >= row.UsesPerDay
            ? new Refusal("standing_used_up", $"The standing approval covers {row.UsesPerDay} uses within 24 hours.")
            : proposal.AmountMinor is { } amount && row.PerDay is { } cap && amounts.Sum(a => Math.Abs(a)) + Math.Abs((decimal)amount) > cap
            ? new Refusal("standing_used_up", $"The standing approval covers {new Money(cap, row.Currency!)} within 24 hours.")
            : null;
    }
}
