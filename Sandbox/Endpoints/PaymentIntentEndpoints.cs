using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PaymentIntentEndpoints
{
    private const string Kind = "payment_intent";
    private const string CreateFields =
        "amount*:i currency* customer payment_method confirm:b description metadata:m off_session:b receipt_email setup_future_usage "
        + "payment_method_types:l automatic_payment_methods:m confirmation_method capture_method return_url statement_descriptor";

    public static void Map(Routes routes)
    {
        routes.List("/v1/payment_intents", Kind, "payment_intent_read", "customer");
        routes.Post("/v1/payment_intents", "payment_intent_write", "payment_intent.created", CreateFields, Create);
        routes.Get("/v1/payment_intents/{id}", "payment_intent_read", "client_secret", call => call.Load(Kind, param: "intent"));
        routes.Post("/v1/payment_intents/{id}", "payment_intent_write", "payment_intent.updated", "metadata:m description receipt_email amount:i", Update);
        routes.Post("/v1/payment_intents/{id}/confirm", "payment_intent_write", "payment_intent.confirmed", "payment_method off_session:b return_url receipt_email", Confirm);
        routes.Post("/v1/payment_intents/{id}/cancel", "payment_intent_write", "payment_intent.canceled", "cancellation_reason", Cancel);
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        if (args.Int("amount") is not > 0)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        }

        var customer = args.Has("customer") ? call.Refer("customer", "customer").Id() : null;
        var intent = Charging.NewIntent(call.Unit, customer!, args.Int("amount")!.Value, args.Required("currency").ToLowerInvariant(), args.Text("description"));
        intent["metadata"] = Metadata.From(args);
        intent["receipt_email"] = args.Text("receipt_email");
        if (args.Text("payment_method") is { } id)
        {
            intent["payment_method"] = PaymentMethods.Resolve(call, id, "payment_method").Id();
            intent["status"] = "requires_confirmation";
        }

        return args.Bool("confirm") == true ? Charge(call, intent) : intent;
    }

    private static JsonObject Update(Call call)
    {
        var intent = call.Edit(Kind, param: "intent");
        Metadata.Merge(intent, call.Args);
        call.Args.CopyTexts(intent, "description", "receipt_email");

        if (call.Args.Int("amount") is { } amount)
        {
            Require(intent, "updated");
            intent["amount"] = amount;
        }

        return intent;
    }

    private static JsonObject Confirm(Call call)
    {
        var intent = call.Edit(Kind, param: "intent");
        Require(intent, "confirmed");
        if (call.Args.Text("payment_method") is { } id)
        {
            intent["payment_method"] = PaymentMethods.Resolve(call, id, "payment_method").Id();
        }

        return Charge(call, intent);
    }

    private static JsonObject Charge(Call call, JsonObject intent)
    {
        var paymentMethod = intent.Text("payment_method") ?? throw ApiError.Invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", null, "payment_intent_unexpected_state");
        return Charging.Try(call.Unit, intent, call.Unit.Find(paymentMethod)!) is { } declined ? throw declined : intent;
    }

    private static JsonObject Cancel(Call call)
    {
        var intent = call.Edit(Kind, param: "intent");
        Require(intent, "canceled");
        intent["status"] = "canceled";
        intent["canceled_at"] = call.Now;
        intent["cancellation_reason"] = call.Args.Text("cancellation_reason");
        call.Unit.Raise("payment_intent.canceled", intent.Id());
        return intent;
    }

    private static void Require(JsonObject intent, string verb)
    {
        if (intent.Text("status") is "succeeded" or "canceled")
        {
            throw ApiError.Invalid(
                $"This PaymentIntent could not be {verb} because it has a status of {intent.Text("status")}.", null, "payment_intent_unexpected_state");
        }
    }
}
