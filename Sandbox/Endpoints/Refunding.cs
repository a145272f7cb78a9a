using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Gives money back on a charge.</summary>
internal static class Refunding
{
    /// <summary>The member of a refund that holds the Unix seconds at which the bank sends it back. Never shown.</summary>
    public const string FailsAt = "_fails_at";

    public static JsonObject Refund(
        UnitOfWork unit, JsonObject charge, long? amount, string? reason, JsonObject? metadata, bool reverseTransfer = false, bool refundFee = false,
        string? instructionsEmail = null)
    {
        var left = charge.Whole("amount_captured") - charge.Whole("amount_refunded");
        Check(unit, charge, amount, left);
        var editable = unit.Edit(charge.Id());
        var refunded = amount ?? left;
        var id = unit.NewId("re");
        var refund = RefundObject.Create(id, unit.Now, editable, refunded, reason, Balance(unit, id, editable, refunded));
        refund["metadata"] = metadata?.DeepClone() ?? new JsonObject();
        ChargeObject.ApplyRefund(editable, refunded);
        unit.Raise("refund.created", id);
        unit.Raise("charge.refunded", editable.Id());
        var card = unit.Find(charge.Text("payment_method") ?? "");
        if (card?[PaymentMethods.RefundFails] is not null)
        {
            refund[FailsAt] = unit.Now + Balances.Day;
        }

        if (card?.Text(PaymentMethods.RefundBegins) is { } status)
        {
            RefundSteps.Begin(refund, status, unit.Now, instructionsEmail ?? charge.TextAt("billing_details.email"));
        }

        unit.Put(refund);
        Share(unit, charge, refund, reverseTransfer, refundFee);
        return refund;
    }

    /// <summary>Takes back what others got of the charge, in proportion.</summary>
    private static void Share(UnitOfWork unit, JsonObject charge, JsonObject refund, bool reverseTransfer, bool refundFee)
    {
        var part = (decimal)refund.Whole("amount") / charge.Whole("amount");
        if (reverseTransfer)
        {
            var transfer = unit.Find(charge.Text("transfer") ?? "") ?? throw ApiError.Invalid(
                "Cannot reverse transfer because the charge does not have an associated transfer.", "reverse_transfer");
            var reversal = Transfers.Reverse(unit, transfer, Prices.Round(transfer.Whole("amount") * part), refundFee: false, sourceRefund: refund.Id());
            refund["transfer_reversal"] = reversal.Id();
        }

        if (refundFee)
        {
            var fee = unit.As(null, () => unit.Find(charge.Text("application_fee") ?? "")) ?? throw ApiError.Invalid(
                "Cannot refund application fee because the charge has none.", "refund_application_fee");
            unit.As(null, () => ApplicationFees.Refund(unit, fee, Prices.Round(fee.Whole("amount") * part)));
        }
    }

    private static void Check(UnitOfWork unit, JsonObject charge, long? amount, long left)
    {
        if (charge.Text("status") != "succeeded")
        {
            throw ApiError.Invalid($"Charge {charge.Id()} has not succeeded and cannot be refunded.", "charge");
        }

        if ((bool?)charge["refunded"] == true)
        {
            throw ApiError.Invalid($"Charge {charge.Id()} has already been refunded.", null, "charge_already_refunded");
        }

        if ((bool?)charge["disputed"] == true
            && !unit.Where("dispute", "charge", charge.Id()).Any(d => (bool?)d["is_charge_refundable"] == true))
        {
            throw ApiError.Invalid($"Charge {charge.Id()} has been charged back; cannot issue a refund.", null, "charge_disputed");
        }

        if (amount is <= 0)
        {
            throw ApiError.Invalid("Invalid positive integer", "amount", "parameter_invalid_integer");
        }

        if (amount > left)
        {
            var currency = charge.Id("currency");
            throw ApiError.Invalid(
                $"Refund amount ({MoneyText.Of(amount.Value, currency)}) is greater than unrefunded amount on charge ({MoneyText.Of(left, currency)})", "amount");
        }
    }

    private static string Balance(UnitOfWork unit, string refund, JsonObject charge, long amount) =>
        Balances.Book(unit, "refund", -amount, charge.Id("currency"), refund, $"REFUND FOR CHARGE ({charge.Text("description")})").Id();
}
