using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoicePaymentEndpoints
{
    public static void Map(Routes routes)
    {
        routes.List("/v1/invoice_payments", "invoice_payment", "invoice_read", "invoice status(canceled|open|paid)", Wanted, "payment:o{type*(charge|payment_intent|payment_record) payment_intent charge payment_record}",
            call => call.Args.Object("payment")?.Text("payment_intent") is { } intent ? ("payment.payment_intent", intent) : null);
        routes.One("/v1/invoice_payments/{id}", "invoice_payment", "invoice_read");
    }

    private static bool Wanted(Call call, JsonObject value)
    {
        var payment = value["payment"]!.AsObject();
        return call.Args.Object("payment") is not { } wanted
            || (payment.Text("type") == wanted.Text("type")
                && (wanted.Text("payment_intent") is not { } intent || payment.Text("payment_intent") == intent)
                && (wanted.Text("charge") is not { } charge || payment.Text("charge") == charge));
    }
}
