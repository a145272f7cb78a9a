using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Proposals;

/// <summary>From rows to what people see.</summary>
internal static class ProposalViews
{
    private static readonly string Rejected = WireName.Of(ProposalStatus.Rejected);

    public static async Task<ProposalView?> ReadAsync(CopilotDb db, string id, CancellationToken cancellationToken) =>
        (await ReadAsync(db, db.Proposals.Where(p => p.Id == id), cancellationToken)).SingleOrDefault();

    public static async Task<IReadOnlyList<ProposalView>> ReadAsync(CopilotDb db, IQueryable<ProposalRow> query, CancellationToken cancellationToken)
    {
        return await ReadAsync(db, await query.AsNoTracking().ToListAsync(cancellationToken), cancellationToken);
    }

    /// <summary>In the order of the rows.</summary>
    public static async Task<IReadOnlyList<ProposalView>> ReadAsync(CopilotDb db, IReadOnlyList<ProposalRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = rows.Select(r => r.Id).ToArray();
        var approvals = await db.Approvals.AsNoTracking().Where(a => ids.Contains(a.ProposalId)).ToListAsync(cancellationToken);
        var byProposal = approvals.ToLookup(a => a.ProposalId);
        var earlier = await EarlierAsync(db, [.. rows.Select(r => r.EarlierId).OfType<string>()], cancellationToken);
        return [.. rows.Select(r => Of(r, byProposal[r.Id], r.EarlierId is null ? null : earlier.GetValueOrDefault(r.EarlierId)))];
    }

    private static async Task<Dictionary<string, EarlierProposal>> EarlierAsync(CopilotDb db, string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        var rows = await db.Proposals.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => new { p.Id, p.Status, p.CreatedAt }).ToListAsync(cancellationToken);
        return rows.ToDictionary(r => r.Id, r => new EarlierProposal(r.Id, WireName.Parse<ProposalStatus>(r.Status), r.CreatedAt), StringComparer.Ordinal);
    }

    internal static ProposalEvidence EvidenceOf(ProposalRow row) =>
        row.Evidence is "" or "{}" ? ProposalEvidence.None : JsonSerializer.Deserialize<ProposalEvidence>(row.Evidence)!;

    internal static PreviewChange[] ChangesOf(ProposalRow row) => JsonSerializer.Deserialize<PreviewChange[]>(row.Changes)!;

    private static ProposalView Of(ProposalRow row, IEnumerable<ApprovalRow> approvals, EarlierProposal? earlier) => new(
        row.Id,
        row.TenantId,
        row.Operation,
        WireName.Parse<Risk>(row.Risk),
        WireName.Parse<ProposalStatus>(row.Status),
        row.Hash,
        row.Title,
        JsonNode.Parse(row.Arguments)!.AsObject(),
        new ObjectRef(ObjectKind.Customer, row.CustomerId),
        row.CustomerName,
        new ObjectRef(WireName.Parse<ObjectKind>(row.TargetKind), row.TargetId),
        AmountOf(row),
        ChangesOf(row),
        row.Reversibility,
        row.Reason,
        row.Agent,
        row.RequestedBy,
        row.ConversationId,
        row.TaskId,
        row.Livemode,
        row.CreatedAt,
        row.ExpiresAt,
        [.. approvals.OrderBy(a => a.At).Select(a => new ApprovalView(a.Person, a.Role, a.Decision, a.Channel, a.At, a.Reason ?? ReasonOf(row, a)) { Source = a.Source })],
        row.ResultObjectId,
        row.Status == Rejected ? null : row.ResultText,
        row.RequestId)
    {
        NotBefore = row.NotBefore,
        Playbook = row.Playbook,
        Evidence = EvidenceOf(row),
        Earlier = earlier,
        Replaces = row.ReplacesId,
        Undoes = row.UndoesId,
        ReasonIsAPersons = row.Agent == ProposeRequest.ByHand,
        Cause = row.Cause,
    };

    /// <summary>A rejection's words stand with the proposal, which it ended.</summary>
    private static string? ReasonOf(ProposalRow row, ApprovalRow approval) => row.Status == Rejected && approval.Decision == Rejected ? row.ResultText : null;

    public static Money? AmountOf(ProposalRow row) =>
        row is { AmountMinor: { } minor, Currency: { } currency } ? new Money(minor, currency) : null;
}
