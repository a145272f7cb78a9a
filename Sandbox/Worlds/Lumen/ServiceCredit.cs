using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>A credit note on the latest paid invoice, put on the customer's balance for the next one.</summary>
internal sealed class ServiceCredit(CustomerRun customer)
{
    private const long Share = 4;

    public void Give(long at)
    {
        var invoice = customer.Invoices.Last(run => run.PaidBy is not null).Json;
        var amount = invoice.Whole("total") / Share / 10 * 10;
        var id = customer.Ids.Next("cn", at);
        var note = CreditNoteObject.Create(new CreditNoteSpec
        {
            Id = id,
            Created = at,
            Invoice = invoice,
            Number = $"{invoice.Id("number")}-CN-01",
            Lines = [CreditNoteObject.Line(customer.Ids.Next("cnli", at), amount, "Service credit for the outage")],
            PostPaymentAmount = amount,
            Reason = "product_unsatisfactory",
        });
        customer.MoveBalance(at, -amount, "credit_note", invoice.Id(), id);
        note["customer_balance_transaction"] = customer.Books.Objects.Last(value => value.Text("object") == "customer_balance_transaction").Id();
        invoice["post_payment_credit_notes_amount"] = amount;
        customer.Books.Add(customer.Ids, at, note, "credit_note.created");
    }
}
