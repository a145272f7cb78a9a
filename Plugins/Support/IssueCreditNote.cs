using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Corrects an invoice: lowers what is owed, or gives paid money back to the card or the customer's balance.</summary>
public sealed class IssueCreditNote(StripeReaders readers) : IOperation<IssueCreditNoteArguments>
{
    private const int LongestMemo = 200;

    public static OperationDescriptor Descriptor { get; } = new(
        "issue_credit_note",
        "Proposes a credit on an invoice, to correct it; a person decides.",
        typeof(IssueCreditNoteArguments),
        Risk.Money)
    {
        FarSideReplays = true,
        Stamps = "the credit note",
        Rule = PolicyRules.CreditNote,
        Undo = new UndoneBy("void_credit_note", "credit_note", OfResult: true),
    };

    public async Task<Outcome<Preview<IssueCreditNoteArguments>>> PreviewAsync(IssueCreditNoteArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Memo is { } memo && (memo != PlainText.Clean(memo, LongestMemo) || LinkFinder.Finds(memo)))
        {
            return new Refusal("invalid_memo", $"The memo must be one line of at most {LongestMemo} characters, without links, domains, addresses or invisible characters.", "Write a plain sentence.");
        }

        var reader = readers.For(tenant);
        if (!(await new CreditableInvoiceReader(reader).ReadAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var credits, out var refusal)
            || !CreditedLines.Of(credits, arguments).TryGet(out var credited, out refusal)
            || !CreditRules.Plan(credits.Facts, credited.Amount, arguments.Disposition).TryGet(out var plan, out refusal)
            || !(await reader.CustomerAsync(credits.Invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal)
            || !(await reader.PreviewCreditNoteAsync(CreditNoteOptions.Preview(arguments, credited, plan), cancellationToken)).TryGet(out var note, out refusal))
        {
            return refusal;
        }

        var moves = plan.ToRefund.AmountMinor + plan.ToBalance.AmountMinor > 0;
        var goesOn = moves ? await ComingInvoices.AnyAsync(reader, customer.Id, credits.Invoice.Currency, cancellationToken) : null;
        var remedy = Remedies.ForCredit(plan, goesOn, credits.Facts.Refundable, credits.Disputed);
        return note.Total == credited.Amount.AmountMinor && note.PrePaymentAmount == plan.ReducesDue.AmountMinor
            ? CreditNotePreview.Of(arguments, credits, credited, plan, customer, note, remedy)
            : new Refusal("preview_differs", $"Stripe computes a credit of {credited.Amount with { AmountMinor = note.Total }}, not {credited.Amount}.", "Look at the invoice again.");
    }

    public async Task<ExecutionResult> ExecuteAsync(IssueCreditNoteArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);

        // What an earlier run did has changed the invoice: planned anew it would differ, so that run is looked for first.
        if (await ReconcileAsync(arguments, tenant, grant, cancellationToken) is not ExecutionResult.NotDone and var earlier)
        {
            return earlier;
        }

        if (!(await new CreditableInvoiceReader(readers.For(tenant)).ReadAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var credits, out var refusal)
            || !CreditedLines.Of(credits, arguments).TryGet(out var credited, out refusal)
            || !CreditRules.Plan(credits.Facts, credited.Amount, arguments.Disposition).TryGet(out var plan, out refusal)
            || !(await readers.For(tenant).CustomerAsync(credits.Invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(CreditNotePreview.Declared(credits, credited, plan, customer)) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        return await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).CreateCreditNoteAsync(CreditNoteOptions.Create(arguments, credited, plan), cancellationToken)),
            $"Look for a credit note of {credited.Amount} on invoice {credits.Invoice.Number}.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(IssueCreditNoteArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).CreditNotesAsync(arguments.Invoice.Id, cancellationToken)).TryGet(out var notes, out var refusal))
        {
            return new ExecutionResult.Unknown($"The invoice's credit notes could not be read. {refusal}");
        }

        return notes.Items.FirstOrDefault(n => Stamps.Bears(n.Metadata, grant)) is { } note ? Done(note)
            : notes.Complete ? new ExecutionResult.NotDone()
            : new ExecutionResult.Unknown("The invoice has more credit notes than were read.");
    }

    private static ExecutionResult.Executed Done(CreditNote note) =>
        new(note.Id, $"Credit note {note.Number} for {new Money(note.Total, note.Currency)}.", note.StripeResponse?.RequestId);
}
