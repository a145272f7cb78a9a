using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PaymentIntentEndpoints
{
    private const string Kind = "payment_intent";
    private const string CreateFields =
        "amount*:i currency* customer payment_method confirm:b description metadata:m off_session:b receipt_email setup_future_usage "
        + "automatic_payment_methods:o{enabled*:b allow_redirects} return_url statement_descriptor capture_method "
        + "application_fee_amount:i on_behalf_of transfer_group transfer_data:o{destination* amount:i}";

    private static readonly string[] CaptureMethods = ["automatic", "automatic_async", "manual"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/payment_intents", Kind, "payment_intent_read", "customer");
        routes.Post("/v1/payment_intents", "payment_intent_write", "payment_intent.created", CreateFields, Create);
        routes.Get("/v1/payment_intents/{id}", "payment_intent_read", "client_secret", call => call.Load(Kind, param: "intent"));
        routes.Post("/v1/payment_intents/{id}", "payment_intent_write", "payment_intent.updated", "metadata:m description receipt_email amount:i", Update);
        routes.Post("/v1/payment_intents/{id}/confirm", "payment_intent_write", "payment_intent.confirmed", "payment_method off_session:b return_url receipt_email", Confirm);
        routes.Post("/v1/payment_intents/{id}/cancel", "payment_intent_write", "payment_intent.canceled", "cancellation_reason", Cancel);
        routes.Post("/v1/payment_intents/{id}/capture", "payment_intent_write", "payment_intent.captured", "amount_to_capture:i application_fee_amount:i metadata:m statement_descriptor", Capture);
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        if (args.Int("amount") is not > 0)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer");
        }

        CurrencyRules.RequireChargeable(args.Int("amount")!.Value, args.Required("currency").ToLowerInvariant());
        var customer = args.Has("customer") ? call.Refer("customer", "customer").Id() : null;
        var intent = Charging.NewIntent(call.Unit, customer!, args.Int("amount")!.Value, args.Required("currency").ToLowerInvariant(), args.Text("description"));
        intent["metadata"] = Metadata.From(args);
        args.CopyTexts(intent, "receipt_email", "setup_future_usage", "statement_descriptor");
        if (args.Text("capture_method") is { } capture)
        {
            intent["capture_method"] = CaptureMethods.Contains(capture)
                ? capture
                : throw ApiError.Invalid($"Invalid capture_method: must be one of {string.Join(", ", CaptureMethods)}", "capture_method");
        }

        if (args.Object("automatic_payment_methods") is { } automatic)
        {
            intent["automatic_payment_methods"] = new JsonObject
            {
                ["allow_redirects"] = automatic.Text("allow_redirects") ?? "always",
                ["enabled"] = automatic.Bool("enabled"),
            };
        }

        Share(call, intent);
        if (args.Text("payment_method") is { } id)
        {
            intent["payment_method"] = PaymentMethods.Resolve(call, id, "payment_method").Id();
            intent["status"] = "requires_confirmation";
        }

        return args.Bool("confirm") == true ? Charge(call, intent) : intent;
    }

    /// <summary>Who else gets a part of the payment.</summary>
    private static void Share(Call call, JsonObject intent)
    {
        var args = call.Args;
        args.CopyTexts(intent, "transfer_group");
        if (args.Has("on_behalf_of"))
        {
            intent["on_behalf_of"] = call.Refer("account", "on_behalf_of").Id();
        }

        if (args.Object("transfer_data") is { } data)
        {
            var destination = data.Required("destination");
            if (call.Unit.Find(destination)?.Text("object") != "account")
            {
                throw ApiError.NotFound("destination", destination, "transfer_data[destination]", 400);
            }

            intent["transfer_data"] = new JsonObject { ["destination"] = destination };
            if (data.Int("amount") is { } part)
            {
                intent["transfer_data"]!["amount"] = part;
            }
        }

        if (args.Int("application_fee_amount") is not { } fee)
        {
            return;
        }

        if (call.Unit.Account is null && intent["transfer_data"] is null)
        {
            throw ApiError.Invalid("Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).", "application_fee_amount");
        }

        if (fee < 1 || fee > intent.Whole("amount"))
        {
            throw ApiError.Invalid("The application fee must be positive and cannot exceed the amount of the payment.", "application_fee_amount", "parameter_invalid_integer");
        }

        intent["application_fee_amount"] = fee;
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
        var card = call.Unit.Find(paymentMethod)!;
        var declined = InvoicePayments.Open(call.Unit, intent) is { } payment
            ? InvoicePayments.Pay(call.Unit, payment, intent, card)
            : Charging.Try(call.Unit, intent, card);
        return declined is null ? intent : throw declined;
    }

    private static JsonObject Capture(Call call)
    {
        var intent = call.Edit(Kind, param: "intent");
        Capturing.Capture(call.Unit, intent, call.Args.Int("amount_to_capture"), call.Args.Int("application_fee_amount"), "amount_to_capture");
        InvoicePayments.Arrived(call.Unit, intent);
        Metadata.Merge(intent, call.Args);
        call.Args.CopyTexts(intent, "statement_descriptor");
        return intent;
    }

    private static JsonObject Cancel(Call call)
    {
        var intent = call.Edit(Kind, param: "intent");
        Require(intent, "canceled");
        if (InvoicePayments.Open(call.Unit, intent) is { } payment && (bool)payment["is_default"]!)
        {
            throw ApiError.Invalid(
                $"You cannot cancel this PaymentIntent because it was created by the invoice {payment.Text("invoice")}. Void the invoice instead.", null, "payment_intent_unexpected_state");
        }

        Capturing.Cancel(call.Unit, intent, call.Args.Text("cancellation_reason"));
        return intent;
    }

    private static void Require(JsonObject intent, string verb)
    {
        if (intent.Text("status") is "succeeded" or "canceled" or "processing" || (intent.Text("status") == "requires_capture" && verb != "canceled"))
        {
            throw ApiError.Invalid(
                $"This PaymentIntent could not be {verb} because it has a status of {intent.Text("status")}.", null, "payment_intent_unexpected_state");
        }
    }
}
