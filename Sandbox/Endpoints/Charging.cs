using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>One try to charge a card for a payment intent.</summary>
internal static class Charging
{
    /// <summary>Makes the charge and moves the intent on. Null means the money came.</summary>
    public static ApiError? Try(UnitOfWork unit, JsonObject intent, JsonObject paymentMethod)
    {
        var decline = PaymentMethods.Answer(unit, paymentMethod);
        var charge = Charge(unit, intent, paymentMethod, decline);
        if (decline is null)
        {
            PaymentIntentObject.Succeed(intent, charge);
            unit.Raise("charge.succeeded", charge.Id());
            unit.Raise("payment_intent.succeeded", intent.Id());
            return null;
        }

        PaymentIntentObject.Fail(intent, charge, paymentMethod, decline);
        unit.Raise("charge.failed", charge.Id());
        unit.Raise("payment_intent.payment_failed", intent.Id());
        return Declined(intent, charge, paymentMethod, decline);
    }

    public static JsonObject NewIntent(UnitOfWork unit, string customer, long amount, string currency, string? description = null)
    {
        var intent = unit.Put(PaymentIntentObject.Create(new PaymentIntentSpec
        {
            Id = unit.NewId("pi"),
            Created = unit.Now,
            Amount = amount,
            Currency = currency,
            Customer = customer,
            Secret = unit.NewSecret(25),
            Description = description,
        }));
        unit.Raise("payment_intent.created", intent.Id());
        return intent;
    }

    private static JsonObject Charge(UnitOfWork unit, JsonObject intent, JsonObject paymentMethod, Decline? decline)
    {
        var id = unit.NewId("ch");
        var charge = ChargeObject.Create(new ChargeSpec
        {
            Id = id,
            Created = unit.Now,
            Amount = intent.Whole("amount"),
            Currency = intent.Id("currency"),
            Customer = intent.Text("customer")!,
            PaymentMethod = paymentMethod,
            PaymentIntent = intent.Id(),
            Description = intent.Text("description"),
            BalanceTransaction = decline is null ? Balance(unit, id, intent) : null,
            Decline = decline,
        });
        charge["metadata"] = intent["metadata"]!.DeepClone();
        return unit.Put(charge);
    }

    private static string Balance(UnitOfWork unit, string charge, JsonObject intent)
    {
        var amount = intent.Whole("amount");
        var fee = (long)Math.Round(amount * 0.029m, MidpointRounding.AwayFromZero) + 30;
        return unit.Put(BalanceTransactionObject.Create(
            unit.NewId("txn"), unit.Now, amount, fee, intent.Id("currency"), charge, unit.Now + (2 * 86400), "pending",
            description: intent.Text("description"))).Id();
    }

    private static ApiError Declined(JsonObject intent, JsonObject charge, JsonObject paymentMethod, Decline decline)
    {
        var details = PaymentIntentObject.Error(charge.Id(), View.Of(paymentMethod), decline);
        // The error writes these itself.
        details.Remove("code");
        details.Remove("message");
        details.Remove("doc_url");
        details.Remove("type");

        details["payment_intent"] = View.Of(intent);
        return new ApiError(402, decline.Message, decline.Code) { Type = "card_error", KeepsEffects = true, Details = details };
    }
}
