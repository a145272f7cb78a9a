using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Approvals;

/// <summary>
/// Standing approvals: a person signs in advance, within scope, caps and time. Each use records an approval of that
/// proposal's hash, by that person, under every rule that their own decision would meet.
/// </summary>
public sealed class StandingDesk
{
    /// <summary>Channel of the approvals that standing ones mint.</summary>
    public const string Channel = "standing";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    private readonly CopilotDbFactory _databases;
    private readonly BusinessClock _clock;
    private readonly IdSource _ids;
    private readonly PeopleDirectory _people;
    private readonly PolicyBook _policies;
    private readonly RolloutPlan _rollout;
    private readonly OperationCatalog _operations;
    private readonly DecisionDesk _desk;
    private readonly GuardList _guards;
    private readonly Breakers _breakers;
    private readonly AuditLog _audit;

    internal StandingDesk(
        CopilotDbFactory databases, BusinessClock clock, IdSource ids, PeopleDirectory people, PolicyBook policies, RolloutPlan rollout,
        OperationCatalog operations, DecisionDesk desk, GuardList guards, Breakers breakers, AuditLog audit) =>
        (_databases, _clock, _ids, _people, _policies, _rollout, _operations, _desk, _guards, _breakers, _audit) = (databases, clock, ids, people, policies, rollout, operations, desk, guards, breakers, audit);

    /// <summary>Signs. Refusals: not_allowed, unknown_operation, unknown_segment, invalid_terms.</summary>
    public async Task<Outcome<StandingApproval>> SignAsync(TenantContext tenant, StandingRequest request, Person person, string channel, CancellationToken cancellationToken)
    {
        if (await RefuseAsync(request, person, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var row = RowOf(tenant, request, _people.Find(person.Id) ?? person, channel);
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        db.StandingApprovals.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await _audit.AppendAsync(db, new AuditEntry("standing.signed", row.Person, row.Id, Details(row)), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return StandingApproval.Of(row) with { Note = NoteOn(row) };
    }

    /// <summary>Ends it at once; what it approved and is not yet sent goes stale. Its signer and admins may.</summary>
    public async Task<Outcome<StandingApproval>> RevokeAsync(TenantContext tenant, string id, Person person, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("standing:" + id, cancellationToken);
        var row = await db.StandingApprovals.SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
        if (row is null)
        {
            return new Refusal("not_found", "There is no such standing approval.");
        }

        if (await _guards.Act.FirstAsync(new ActCase(Act.RevokeStanding, person) { Signer = row.Person }, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        if (row.RevokedAt is null)
        {
            (row.RevokedBy, row.RevokedAt) = (person.Id, _clock.UtcNow);
            await db.SaveChangesAsync(cancellationToken);
            await _audit.AppendAsync(db, new AuditEntry("standing.revoked", person.Id, id, new JsonObject()), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return StandingApproval.Of(row);
    }

    public async Task<IReadOnlyList<StandingApproval>> ListAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        return [.. (await db.StandingApprovals.AsNoTracking().OrderBy(s => s.SignedAt).ThenBy(s => s.Id).ToListAsync(cancellationToken)).Select(StandingApproval.Of)];
    }

    /// <summary>
    /// Approves a pending proposal by the first standing approval that covers it. Null when none does: then people
    /// decide, as always.
    /// </summary>
    public async Task<ProposalView?> TryApproveAsync(TenantContext tenant, ProposalView proposal, CancellationToken cancellationToken)
    {
        if (proposal.Status != ProposalStatus.Pending || _rollout.PhaseOf(proposal.Operation, proposal.Playbook) != RolloutPhase.Automated)
        {
            return null;
        }

        await _breakers.WatchAsync(tenant, proposal, cancellationToken);
        foreach (var standing in await CandidatesAsync(tenant, proposal, cancellationToken))
        {
            var signer = _people.Find(standing.Person) ?? new Person(standing.Person, standing.Person, []);
            var decision = new Decision(proposal.Id, signer, proposal.Hash, Channel, Approves: true, null, standing.Id);
            if ((await _desk.DecideAsync(tenant, decision, cancellationToken)).TryGet(out var view, out _))
            {
                return view;
            }
        }

        return null;
    }

    private async Task<List<StandingApprovalRow>> CandidatesAsync(TenantContext tenant, ProposalView proposal, CancellationToken cancellationToken)
    {
        await using var db = _databases.Open(tenant);
        var now = _clock.UtcNow;
        return await db.StandingApprovals.AsNoTracking()
            .Where(s => s.Operation == proposal.Operation && s.RevokedAt == null && s.ExpiresAt > now && (s.Playbook == null || s.Playbook == proposal.Playbook))
            .OrderBy(s => s.SignedAt).ThenBy(s => s.Id).ToListAsync(cancellationToken);
    }

    private async Task<Refusal?> RefuseAsync(StandingRequest request, Person person, CancellationToken cancellationToken)
    {
        var now = _clock.UtcNow;
        if (_policies.Find(request.Operation) is not { } policy)
        {
            return new Refusal("unknown_operation", $"There is no operation '{PlainText.Clean(request.Operation, 60)}'.");
        }

        if (await _guards.Act.FirstAsync(new ActCase(Act.SignStanding, person, policy), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        return request.Segment is { } segment && !_rollout.Segments.ContainsKey(segment)
            ? new Refusal("unknown_segment", $"There is no segment '{PlainText.Clean(segment, 60)}'.", $"The segments of rollout.yaml are: {string.Join(", ", _rollout.Segments.Keys)}.")
            : request.UsesPerDay is < 1 or > 1000
            ? new Refusal("invalid_terms", $"uses_per_day is {request.UsesPerDay}; it must be from 1 to 1000.")
            : request.ExpiresAt <= now || request.ExpiresAt > now + Longest
            ? new Refusal("invalid_terms", $"expires_at must lie ahead, within {Longest.TotalDays:0} days.")
            : request is { PerUse: { } use, PerDay: { } day } && (use.Currency != day.Currency || use.AmountMinor <= 0 || day.AmountMinor < use.AmountMinor)
            ? new Refusal("invalid_terms", "per_use and per_day must be of one currency and above zero, and per_day at least per_use.")
            : (request.PerUse is null) != (request.PerDay is null)
            ? new Refusal("invalid_terms", "Give per_use and per_day together, or neither.")
            : request.PerUse is null && _operations.All.Single(o => o.Name == request.Operation).Risk == Risk.Money
            ? new Refusal("invalid_terms", $"{request.Operation} moves money or can't be undone: per_use and per_day must bound it.", "Give both.")
            : null;
    }

    private string? NoteOn(StandingApprovalRow row) => _rollout.PhaseOf(row.Operation, row.Playbook) == RolloutPhase.Automated
        ? null
        : $"It decides nothing yet: rollout.yaml does not have {(row.Playbook is null ? row.Operation : $"{row.Operation} and {row.Playbook}")} as automated.";

    private StandingApprovalRow RowOf(TenantContext tenant, StandingRequest request, Person person, string channel)
    {
        var row = new StandingApprovalRow
        {
            TenantId = tenant.Id,
            Id = _ids.Next("std"),
            Operation = request.Operation,
            Playbook = request.Playbook,
            Segment = request.Segment,
            PerUse = request.PerUse?.AmountMinor,
            PerDay = request.PerDay?.AmountMinor,
            Currency = request.PerUse?.Currency,
            UsesPerDay = request.UsesPerDay,
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(request.ExpiresAt.ToUnixTimeMilliseconds()),
            Hash = "",
            Person = person.Id,
            Role = _policies.For(request.Operation).ApproverRole(person)!,
            Channel = channel,
            SignedAt = _clock.UtcNow,
        };
        row.Hash = StandingTerms.HashOf(row);
        return row;
    }

    private static JsonObject Details(StandingApprovalRow row) => new()
    {
        ["operation"] = row.Operation,
        ["playbook"] = row.Playbook,
        ["segment"] = row.Segment,
        ["per_use"] = row.PerUse,
        ["per_day"] = row.PerDay,
        ["currency"] = row.Currency,
        ["uses_per_day"] = row.UsesPerDay,
        ["expires"] = row.ExpiresAt.ToUnixTimeMilliseconds(),
        ["hash"] = row.Hash,
    };
}

/// <summary>The terms of a standing approval.</summary>
/// <param name="Playbook">Only for proposals of this playbook; null for any.</param>
/// <param name="Segment">Only for customers of this segment of rollout.yaml; null for any.</param>
/// <param name="PerUse">Most for one use; null only where no money is at stake.</param>
/// <param name="PerDay">Most within 24 hours, all uses together.</param>
/// <param name="UsesPerDay">Most uses within 24 hours.</param>
/// <param name="ExpiresAt">Business time; at most 90 days ahead.</param>
public sealed record StandingRequest(string Operation, string? Playbook, string? Segment, Money? PerUse, Money? PerDay, int UsesPerDay, DateTimeOffset ExpiresAt);

/// <summary>A standing approval as it stands.</summary>
public sealed record StandingApproval(string Id, StandingRequest Terms, string Hash, string Person, string Role, DateTimeOffset SignedAt, string? RevokedBy, DateTimeOffset? RevokedAt)
{
    /// <summary>Why a signature that is valid has no effect for now; null when it has.</summary>
    public string? Note { get; init; }

    internal static StandingApproval Of(StandingApprovalRow row) => new(
        row.Id,
        new StandingRequest(row.Operation, row.Playbook, row.Segment, Amount(row.PerUse, row.Currency), Amount(row.PerDay, row.Currency), row.UsesPerDay, row.ExpiresAt),
        row.Hash, row.Person, row.Role, row.SignedAt, row.RevokedBy, row.RevokedAt);

    private static Money? Amount(long? minor, string? currency) => minor is { } amount && currency is not null ? new Money(amount, currency) : null;
}
