using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Support;

/// <summary>Arguments of <c>void_credit_note</c>.</summary>
public sealed record VoidCreditNoteArguments(
    [property: Handle(ObjectKind.CreditNote), Description("Credit note to void.")] ObjectRef CreditNote);

/// <summary>Takes a credit back that only lowered what is owed. Stripe allows it while the invoice is open.</summary>
public sealed class VoidCreditNote(StripeReaders readers) : IOperation<VoidCreditNoteArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "void_credit_note",
        "Proposes to void a credit note on an open invoice; a person decides.",
        typeof(VoidCreditNoteArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the credit note", Rule = PolicyRules.VoidCreditNote };

    public async Task<Outcome<Preview<VoidCreditNoteArguments>>> PreviewAsync(VoidCreditNoteArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var reader = readers.For(tenant);
        if (!(await reader.CreditNoteAsync(arguments.CreditNote.Id, cancellationToken)).TryGet(out var note, out var refusal)
            || !(await reader.InvoiceAsync(note.InvoiceId, cancellationToken)).TryGet(out var invoice, out refusal)
            || !(await reader.CustomerAsync(invoice.CustomerId, cancellationToken)).TryGet(out var customer, out refusal))
        {
            return refusal;
        }

        return Unfit(note, invoice) is { } unfit ? unfit : PreviewOf(arguments, note, invoice, customer);
    }

    public async Task<ExecutionResult> ExecuteAsync(VoidCreditNoteArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        return await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant) ?? await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).VoidCreditNoteAsync(arguments.CreditNote.Id, cancellationToken)),
            $"Look whether credit note {arguments.CreditNote.Id} is void.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(VoidCreditNoteArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await readers.For(tenant).CreditNoteAsync(arguments.CreditNote.Id, cancellationToken)).TryGet(out var note, out var refusal))
        {
            return new ExecutionResult.Unknown($"The credit note could not be read. {refusal}");
        }

        return note.Status != "void" ? new ExecutionResult.NotDone()
            : Stamps.BearsUndo(note.Metadata, grant) ? Done(note)
            : new ExecutionResult.Failed(new Refusal("voided_by_another", "The credit note was voided, but not by this."), Definite: true);
    }

    private static ExecutionResult.Executed Done(CreditNote note) =>
        new(note.Id, $"Credit note {note.Number} is void.", note.StripeResponse?.RequestId);

    private static Refusal? Unfit(CreditNote note, Invoice invoice) =>
        note.Status == "void" ? new Refusal("credit_note_void", $"Credit note {note.Number} is void already.")
        : invoice.Status != "open" ? new Refusal("invoice_not_open", $"Invoice {invoice.Number} is {invoice.Status}: Stripe voids credit notes of open invoices only.", "Charge the difference with a new invoice.")
        : note.PostPaymentAmount > 0 ? new Refusal("credit_given_out", "Money of this credit note was given out already.", "It can't be taken back by voiding.")
        : null;

    private static Preview<VoidCreditNoteArguments> PreviewOf(VoidCreditNoteArguments arguments, CreditNote note, Invoice invoice, Customer customer)
    {
        var amount = new Money(note.Total, note.Currency);
        var owed = invoice.Money(invoice.AmountRemaining);
        var stored = amount with { AmountMinor = -customer.Balance };
        return new Preview<VoidCreditNoteArguments>(
            arguments,
            $"Void credit note {note.Number}: {amount.ToDisplayText()} is owed again on invoice {invoice.Number}",
            customer.Ref(),
            customer.NameOf().Value,
            note.Ref(),
            amount,
            [
                PreviewChange.Of("Owed on the invoice", owed, owed + new Money(note.PrePaymentAmount, note.Currency)),
                PreviewChange.Of("Customer's stored credit", stored, stored),
                new PreviewChange("Credit note", note.Status, "void"),
            ],
            "A void credit note can't be brought back; the same credit can be proposed anew.",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["status"] = note.Status,
                ["total"] = $"{note.Total}",
                ["pre_payment_amount"] = $"{note.PrePaymentAmount}",
                ["post_payment_amount"] = $"{note.PostPaymentAmount}",
                ["invoice"] = invoice.Id,
                ["invoice_status"] = invoice.Status,
                ["amount_remaining"] = $"{invoice.AmountRemaining}",
                ["customer"] = customer.Id,
            });
    }
}
