using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Stripe;

namespace BillingCopilot.Plugins.Invoices;

/// <summary>A credit note on an invoice.</summary>
public sealed record CreditNoteRow(ObjectRef CreditNote, string? CreditNoteNumber, DateOnly Date, Money Amount)
{
    internal static CreditNoteRow Of(CreditNote note, ToolContext context) =>
        new(new ObjectRef(ObjectKind.CreditNote, note.Id), note.Number, context.Tenant.Day(note.Created), new Money(note.Total, note.Currency));
}

/// <summary>A proposal about an object that is still open, or was carried out.</summary>
/// <param name="Status">In words: <c>waits for approval</c>.</param>
/// <param name="RequestedBy">Id of the person who asked for it.</param>
public sealed record EarlierProposal(ObjectRef Proposal, string Operation, string Status, Money? Amount, DateOnly Date, string RequestedBy)
{
    internal static EarlierProposal Of(ProposalView view, ToolContext context) => new(
        new ObjectRef(ObjectKind.Proposal, view.Id), view.Operation, Words(view.Status), view.Amount, context.Tenant.Day(view.CreatedAt), view.RequestedBy);

    /// <summary>Those about an object that still count: waiting, under way or carried out; newest first.</summary>
    internal static async Task<IReadOnlyList<EarlierProposal>> AboutAsync(ObjectRef target, ToolContext context, CancellationToken cancellationToken, IReadOnlyCollection<string>? without = null) =>
    [
        .. (await context.ProposalsOf(context.Tenant, target, cancellationToken))
            .Where(p => Counts.Contains(p.Status) && without?.Contains(p.ResultObjectId ?? "") != true)
            .Take(Most)
            .Select(p => Of(p, context)),
    ];

    /// <summary>Those that give money of an invoice back, on it or on what paid it; newest first.</summary>
    internal static async Task<IReadOnlyList<EarlierProposal>> OfMoneyBackAsync(IEnumerable<ObjectRef> targets, ToolContext context, CancellationToken cancellationToken)
    {
        List<ProposalView> found = [];
        foreach (var target in targets)
        {
            found.AddRange((await context.ProposalsOf(context.Tenant, target, cancellationToken)).Where(p => Counts.Contains(p.Status) && MoneyBack.Contains(p.Operation)));
        }

        return [.. found.OrderByDescending(p => p.CreatedAt).Take(Most).Select(p => Of(p, context))];
    }

    private static readonly HashSet<string> MoneyBack = new(["issue_refund", "issue_credit_note"], StringComparer.Ordinal);

    /// <summary>Most rows that are given.</summary>
    internal const int Most = 5;

    private static readonly HashSet<ProposalStatus> Counts =
        [ProposalStatus.Pending, ProposalStatus.Approved, ProposalStatus.Executing, ProposalStatus.Executed, ProposalStatus.NeedsReconcile];

    private static string Words(ProposalStatus status) => status == ProposalStatus.Pending
        ? "waits for approval"
        : JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()).Replace('_', ' ');
}

/// <summary>What was done about an invoice, or waits to be: so that nothing is offered twice.</summary>
/// <param name="CreditNotes">Not void, newest first; null when there are none.</param>
/// <param name="Proposals">Newest first, without those whose credit note is listed; null when there are none.</param>
internal sealed record InvoicePast(IReadOnlyList<CreditNoteRow>? CreditNotes, IReadOnlyList<EarlierProposal>? Proposals)
{
    public static async Task<Outcome<InvoicePast>> ReadAsync(Invoice invoice, ToolContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<CreditNote> notes = [];
        if (invoice.PrePaymentCreditNotesAmount + invoice.PostPaymentCreditNotesAmount > 0)
        {
            if (!(await context.Reader.CreditNotesAsync(invoice.Id, cancellationToken)).TryGet(out var listed, out var refusal))
            {
                return refusal;
            }

            notes = [.. listed.Items.Where(n => n.Status != "void").Take(EarlierProposal.Most)];
        }

        var proposals = await EarlierProposal.AboutAsync(invoice.Ref(), context, cancellationToken, [.. notes.Select(n => n.Id)]);
        return new InvoicePast(
            notes.Count == 0 ? null : [.. notes.Select(n => CreditNoteRow.Of(n, context))],
            proposals.Count == 0 ? null : proposals);
    }
}
