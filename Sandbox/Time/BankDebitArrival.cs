using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>The money of a bank debit comes, and pays the invoice that waits for it.</summary>
internal sealed class BankDebitArrival : IDueWork
{
    public string Name => "payment_intent.arrive";

    public string Kind => "payment_intent";

    public long? DueAt(JsonObject value) => value.Text("status") == "processing" ? value[BankDebits.ArrivesAt]?.Whole() : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var intent = unit.Edit(value.Id());
        Charging.Arrive(unit, intent, unit.Edit(intent.Id("latest_charge")));
        if (InvoicePayments.Open(unit, intent) is { } open && (bool)open["is_default"]!)
        {
            InvoicePaymentObject.Pay(unit.Edit(open.Id()), unit.Now);
            unit.Raise("invoice_payment.paid", open.Id());
            Invoicing.MarkPaid(unit, unit.Edit(open.Id("invoice")));
        }
        else
        {
            InvoicePayments.Arrived(unit, intent);
        }
    }
}
