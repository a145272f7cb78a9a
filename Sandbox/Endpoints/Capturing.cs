using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Money that a bank holds first and that is taken later, or let go.</summary>
internal static class Capturing
{
    /// <summary>Unix seconds until which the bank holds the money, on the payment intent. Never shown.</summary>
    public const string HeldUntil = "_held_until";

    // https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: seven days for most cards online.
    private const long HoldDays = 7;

    public static bool IsManual(JsonObject intent) => intent.Text("capture_method") == "manual";

    public static void Hold(UnitOfWork unit, JsonObject intent, JsonObject charge)
    {
        charge["captured"] = false;
        charge["amount_captured"] = 0L;
        intent[HeldUntil] = unit.Now + (HoldDays * Balances.Day);
        charge["payment_method_details"]!["card"]!["capture_before"] = intent[HeldUntil]!.Whole();
        PaymentIntentObject.Hold(intent, charge);
        unit.Raise("charge.succeeded", charge.Id());
        unit.Raise("payment_intent.amount_capturable_updated", intent.Id());
    }

    /// <summary>Takes the money, or a part of it and lets the rest go.</summary>
    /// <param name="amount">Minor units; null for all.</param>
    /// <param name="param">The parameter that named the amount.</param>
    public static void Capture(UnitOfWork unit, JsonObject intent, long? amount, long? fee, string param)
    {
        if (intent.Text("status") != "requires_capture")
        {
            throw ApiError.Invalid(
                $"This PaymentIntent could not be captured because it has a status of {intent.Text("status")}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
                null, "payment_intent_unexpected_state");
        }

        var taken = amount ?? intent.Whole("amount_capturable");
        if (taken < 1 || taken > intent.Whole("amount_capturable"))
        {
            throw ApiError.Invalid(
                $"The amount to capture must be from 1 to the amount that is held ({intent.Whole("amount_capturable")}).", param, "parameter_invalid_integer");
        }

        var charge = unit.Edit(intent.Id("latest_charge"));
        intent["application_fee_amount"] = fee ?? intent["application_fee_amount"]?.Whole();
        charge["captured"] = true;
        charge["amount_captured"] = taken;
        charge["application_fee_amount"] = intent["application_fee_amount"]?.DeepClone();
        charge["balance_transaction"] = Charging.Balance(unit, charge.Id(), intent, unit.Find(charge.Id("payment_method"))!, taken);
        intent.Remove(HeldUntil);
        PaymentIntentObject.Capture(intent, taken);
        unit.Raise("charge.captured", charge.Id());
        unit.Raise("payment_intent.succeeded", intent.Id());
        Charging.Settle(unit, intent, charge, taken);
    }

    /// <summary>Cancels an intent; money that is held goes back, without a movement of the balance.</summary>
    public static void Cancel(UnitOfWork unit, JsonObject intent, string? reason)
    {
        if (intent.Text("status") == "requires_capture")
        {
            var charge = unit.Edit(intent.Id("latest_charge"));
            var refund = unit.Put(RefundObject.Create(unit.NewId("re"), unit.Now, charge, charge.Whole("amount")));
            ChargeObject.ApplyRefund(charge, charge.Whole("amount"));
            unit.Raise("refund.created", refund.Id());
            unit.Raise("charge.refunded", charge.Id());
            intent.Remove(HeldUntil);
        }

        PaymentIntentObject.Cancel(intent, unit.Now, reason);
        unit.Raise("payment_intent.canceled", intent.Id());
    }
}
