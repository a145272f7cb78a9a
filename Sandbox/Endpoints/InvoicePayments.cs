using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Payment intents that pay invoices, whether the invoice made them or they were attached to it.</summary>
internal static class InvoicePayments
{
    /// <summary>The payment of an invoice that waits for an intent.</summary>
    public static JsonObject? Open(UnitOfWork unit, JsonObject intent) =>
        unit.Where("invoice_payment", "payment.payment_intent", intent.Id()).FirstOrDefault(payment => payment.Text("status") == "open");

    /// <summary>Charges a card for an intent that an invoice waits for. Returns the decline, if any; everything stays.</summary>
    public static ApiError? Pay(UnitOfWork unit, JsonObject payment, JsonObject intent, JsonObject card)
    {
        if ((bool)payment["is_default"]!)
        {
            return Invoicing.Charge(unit, unit.Edit(payment.Id("invoice")), card);
        }

        var declined = Charging.Try(unit, intent, card);
        Arrived(unit, intent);
        return declined;
    }

    /// <summary>An intent of somebody else's making pays the invoice, or a part of it.</summary>
    public static void Attach(UnitOfWork unit, JsonObject invoice, JsonObject intent)
    {
        var payment = unit.Put(InvoicePaymentObject.Create(unit.NewId("inpay"), unit.Now, invoice, intent.Id(), isDefault: false));
        payment["amount_requested"] = Math.Min(intent.Whole("amount"), invoice.Whole("amount_remaining"));
        Arrived(unit, intent);
    }

    /// <summary>The money of an attached intent, once it is there.</summary>
    public static void Arrived(UnitOfWork unit, JsonObject intent)
    {
        if (intent.Text("status") != "succeeded" || Open(unit, intent) is not { } open)
        {
            return;
        }

        var (payment, invoice) = (unit.Edit(open.Id()), unit.Edit(open.Id("invoice")));
        payment["amount_requested"] = Math.Min(intent.Whole("amount_received"), invoice.Whole("amount_remaining"));
        InvoicePaymentObject.Pay(payment, unit.Now);
        unit.Raise("invoice_payment.paid", payment.Id());
        if (payment.Whole("amount_paid") == invoice.Whole("amount_remaining"))
        {
            Invoicing.CancelPayments(unit, invoice, "automatic");
            Invoicing.MarkPaid(unit, invoice);
            return;
        }

        invoice["amount_paid"] = invoice.Whole("amount_paid") + payment.Whole("amount_paid");
        invoice["amount_remaining"] = invoice.Whole("amount_remaining") - payment.Whole("amount_paid");
    }
}
