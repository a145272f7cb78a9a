using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class ChargeEndpoints
{
    public static void Map(Routes routes)
    {
        routes.List("/v1/charges", "charge", "charge_read", "customer payment_intent transfer_group");
        routes.One("/v1/charges/{id}", "charge", "charge_read");
        routes.Post("/v1/charges/{id}", "charge_write", "charge.updated", "description metadata:m receipt_email fraud_details:o{user_report(fraudulent|safe)}", Update);
        routes.Post("/v1/charges/{id}/capture", "charge_write", "charge.captured", "amount:i application_fee_amount:i receipt_email", Capture);
        routes.Get("/v1/charges/{id}/refunds", "charge_read", Listing.Paging, call =>
            Listing.Page(call, "refund", null, ("charge", call.Load("charge").Id())));
    }

    private static JsonObject Capture(Call call)
    {
        var charge = call.Edit("charge");
        if ((bool)charge["captured"]!)
        {
            throw ApiError.Invalid($"Charge {charge.Id()} has already been captured.", null, "charge_already_captured");
        }

        var intent = call.Unit.Edit(charge.Id("payment_intent"));
        Capturing.Capture(call.Unit, intent, call.Args.Int("amount"), call.Args.Int("application_fee_amount"), "amount");
        InvoicePayments.Arrived(call.Unit, intent);
        call.Args.CopyTexts(charge, "receipt_email");
        return charge;
    }

    private static JsonObject Update(Call call)
    {
        var charge = call.Edit("charge");
        call.Args.CopyTexts(charge, "description", "receipt_email");

        charge["fraud_details"] = call.Args.Map("fraud_details")?.DeepClone() ?? charge["fraud_details"]?.DeepClone();
        Metadata.Merge(charge, call.Args);
        call.Unit.Raise("charge.updated", charge.Id());
        return charge;
    }
}
