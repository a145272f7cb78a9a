using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoiceActionEndpoints
{
    private const string Write = "invoice_write";

    public static void Map(Routes routes)
    {
        routes.Post("/v1/invoices/{id}/finalize", Write, "invoice.finalized", "auto_advance:b", Finalize);
        routes.Post("/v1/invoices/{id}/pay", Write, "invoice.paid", "payment_method off_session:b paid_out_of_band:b", Pay);
        routes.Post("/v1/invoices/{id}/attach_payment", Write, "invoice.payment_attached", "payment_intent*", AttachPayment);
        routes.Post("/v1/invoices/{id}/void", Write, "invoice.voided", "", Void);
        routes.Post("/v1/invoices/{id}/mark_uncollectible", Write, "invoice.marked_uncollectible", "", MarkUncollectible);
        routes.Post("/v1/invoices/{id}/send", Write, "invoice.sent", "", Send);
    }

    private static JsonObject Finalize(Call call)
    {
        var invoice = call.Edit("invoice");
        Invoicing.Finalize(call.Unit, invoice);
        invoice["auto_advance"] = call.Args.Bool("auto_advance") ?? (bool)invoice["auto_advance"]!;
        return invoice;
    }

    private static JsonObject Pay(Call call)
    {
        var invoice = call.Edit("invoice");
        if (invoice.Text("status") == "draft")
        {
            Invoicing.Finalize(call.Unit, invoice);
            if (invoice.Text("status") == "paid")
            {
                return invoice;
            }
        }

        RequirePayable(call.Unit, invoice);
        if (call.Args.Bool("paid_out_of_band") == true)
        {
            Invoicing.MarkPaid(call.Unit, invoice);
            return invoice;
        }

        return Invoicing.Charge(call.Unit, invoice, Card(call, invoice)) is { } declined ? throw declined : invoice;
    }

    private static JsonObject AttachPayment(Call call)
    {
        var invoice = Open(call, "You can only attach a payment to an open invoice.", "open");
        var intent = call.Refer("payment_intent", "payment_intent");
        if (intent.Text("currency") != invoice.Text("currency") || (intent.Text("customer") ?? invoice.Text("customer")) != invoice.Text("customer"))
        {
            throw ApiError.Invalid("The PaymentIntent must be of the invoice's customer and in its currency.", "payment_intent");
        }

        if (intent.Text("status") == "canceled" || call.Unit.Where("invoice_payment", "payment.payment_intent", intent.Id()).Any())
        {
            throw ApiError.Invalid("The PaymentIntent is canceled, or attached to an invoice already.", "payment_intent", "payment_intent_unexpected_state");
        }

        InvoicePayments.Attach(call.Unit, invoice, call.Unit.Edit(intent.Id()));
        return invoice;
    }

    private static void RequirePayable(UnitOfWork unit, JsonObject invoice)
    {
        if (invoice.Text("status") == "open" && Invoicing.Intent(unit, invoice).Intent.Text("status") == "processing")
        {
            throw ApiError.Invalid("This invoice has a payment that is processing. Wait for its outcome before paying it again.", null, "payment_intent_unexpected_state");
        }

        switch (invoice.Text("status"))
        {
            case "paid":
                throw ApiError.Invalid("Invoice is already paid", null, "invoice_already_paid");
            case "void":
                throw ApiError.Invalid("Voided invoices cannot be paid.", null, "invoice_not_payable");
        }
    }

    private static JsonObject Card(Call call, JsonObject invoice)
    {
        if (call.Args.Text("payment_method") is { } id)
        {
            var chosen = PaymentMethods.Resolve(call, id, "payment_method");
            return chosen.Text("customer") is null || chosen.Text("customer") == invoice.Text("customer")
                ? chosen
                : throw ApiError.NotFound("PaymentMethod", id, "payment_method", 400);
        }

        return Invoicing.PaymentMethod(call.Unit, invoice) ?? throw ApiError.Invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method before paying this invoice.");
    }

    private static JsonObject Void(Call call)
    {
        var invoice = Open(call, "You can only void open or uncollectible invoices.");
        Invoicing.Void(call.Unit, invoice);
        return invoice;
    }

    private static JsonObject MarkUncollectible(Call call)
    {
        var invoice = Open(call, "You can only mark an open invoice as uncollectible.", "open");
        Invoicing.MarkUncollectible(call.Unit, invoice);
        return invoice;
    }

    private static JsonObject Send(Call call)
    {
        var invoice = call.Edit("invoice");
        if (invoice.Text("status") == "draft")
        {
            Invoicing.Finalize(call.Unit, invoice);
        }

        call.Unit.Raise("invoice.sent", invoice.Id());
        Payers.Ask(call.Unit, invoice.Id("customer"), "invoice_sent");
        return invoice;
    }

    private static JsonObject Open(Call call, string refusal, params string[] statuses)
    {
        var invoice = call.Edit("invoice");
        string[] allowed = statuses.Length == 0 ? ["open", "uncollectible"] : statuses;
        return allowed.Contains(invoice.Text("status"))
            ? invoice
            : throw ApiError.Invalid($"{refusal} This invoice has a status of {invoice.Text("status")}.", null, "invoice_not_editable");
    }
}
