using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PaymentMethodEndpoints
{
    private const string Details = "billing_details:o{address:o{city country line1 line2 postal_code state} email name phone tax_id} metadata:m";

    public static void Map(Routes routes)
    {
        routes.List("/v1/payment_methods", "payment_method", "payment_method_read", "customer type");
        routes.Get("/v1/customers/{customer}/payment_methods", "payment_method_read", "type" + Listing.Paging, OfCustomer);
        routes.Get("/v1/customers/{customer}/payment_methods/{id}", "payment_method_read", "", call =>
            PaymentMethods.OfCustomer(call.Unit, call.Id, call.Route["customer"], "payment_method", 404));
        routes.Post("/v1/payment_methods", "payment_method_write", "payment_method.created", "type* card:o{token number exp_month:i exp_year:i cvc} " + Details, Create);
        routes.One("/v1/payment_methods/{id}", "payment_method", "payment_method_read", "payment_method");
        routes.Post("/v1/payment_methods/{id}", "payment_method_write", "payment_method.updated", "card:o{exp_month:i exp_year:i} " + Details, Update);
        routes.Post("/v1/payment_methods/{id}/attach", "payment_method_write", "payment_method.attached", "customer*", Attach);
        routes.Post("/v1/payment_methods/{id}/detach", "payment_method_write", "payment_method.detached", "", Detach);
    }

    private static JsonObject OfCustomer(Call call)
    {
        var customer = call.Load("customer", call.Route["customer"], "customer").Id();
        return Listing.Page(call, "payment_method", p => call.Args.Text("type") is not { } type || p.Text("type") == type, ("customer", customer));
    }

    private static JsonObject Create(Call call)
    {
        if (call.Args.Text("type") != "card" || call.Args.Map("card") is not { } card)
        {
            throw ApiError.Invalid("The sandbox makes payment methods of type card from a test token.", "type");
        }

        var token = card["token"]?.ToString()
            ?? (card["number"]?.ToString() is "4242424242424242" ? "tok_visa" : throw ApiError.Missing("card[token]"));
        var paymentMethod = PaymentMethods.CreateFromToken(call, token);
        Describe(call, paymentMethod);
        return paymentMethod;
    }

    private static JsonObject Update(Call call)
    {
        var paymentMethod = call.Edit("payment_method", param: "payment_method");
        Describe(call, paymentMethod);
        foreach (var (name, value) in call.Args.Map("card") ?? [])
        {
            paymentMethod["card"]![name] = value!.DeepClone();
            if (PaymentBehaviour.Of(call.Unit.State, paymentMethod.Id()).At(call.Now) == "expired_card")
            {
                paymentMethod[PaymentMethods.Behaviour] = PaymentMethods.Fine;
            }
        }

        call.Unit.Raise("payment_method.updated", paymentMethod.Id());
        return paymentMethod;
    }

    private static void Describe(Call call, JsonObject paymentMethod)
    {
        var details = paymentMethod["billing_details"]!.AsObject();
        call.Args.Object("billing_details")?.CopyTexts(details, "email", "name", "phone", "tax_id");
        if (call.Args.Object("billing_details")?.Object("address") is { } address)
        {
            details["address"] ??= new JsonObject();
            address.CopyTexts(details["address"]!.AsObject(), "city", "country", "line1", "line2", "postal_code", "state");
        }

        Metadata.Merge(paymentMethod, call.Args);
    }

    private static JsonObject Attach(Call call) => PaymentMethods.Attach(
        call.Unit, PaymentMethods.Resolve(call, call.Id, "payment_method", 404), call.Refer("customer", "customer").Id());

    private static JsonObject Detach(Call call)
    {
        var paymentMethod = call.Edit("payment_method", param: "payment_method");
        if (paymentMethod.Text("customer") is not { } owner)
        {
            throw ApiError.Invalid("The payment method you provided is not attached to a customer so detachment is impossible.");
        }

        var customer = call.Unit.Edit(owner);
        if (customer.TextAt("invoice_settings.default_payment_method") == call.Id)
        {
            customer["invoice_settings"]!["default_payment_method"] = null;
        }

        paymentMethod["customer"] = null;
        call.Unit.Raise("payment_method.detached", call.Id);
        return paymentMethod;
    }
}
