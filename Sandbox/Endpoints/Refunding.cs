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
        UnitOfWork unit, JsonObject charge, long? amount, string? reason, JsonObject? metadata, bool reverseTransfer = false, bool refundFee = false)
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
        if (unit.Find(charge.Text("payment_method") ?? "")?[PaymentMethods.RefundFails] is not null)
        {
            refund[FailsAt] = unit.Now + Balances.Day;
        }

        unit.Put(refund);
        Share(unit, charge, refund, reverseTransfer, refundFee);
        return refund;
    }

    /// <summary>The bank sends a refund back: the money is the merchant's again, and owed.</summary>
    public static void Fail(UnitOfWork unit, JsonObject refund)
    {
        var back = Balances.Book(unit, "refund_failure", refund.Whole("amount"), refund.Id("currency"), refund.Id(), "REFUND FAILURE");
        refund["status"] = "failed";
        refund["failure_reason"] = "expired_or_canceled_card";
        refund["failure_balance_transaction"] = back.Id();
        ChargeObject.ApplyRefund(unit.Edit(refund.Id("charge")), -refund.Whole("amount"));
        unit.Raise("refund.failed", refund.Id());
        unit.Raise("charge.refund.updated", refund.Id());
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
            && !unit.All("dispute").Any(d => d.Text("charge") == charge.Id() && (bool?)d["is_charge_refundable"] == true))
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

internal static class RefundEndpoints
{
    private static readonly string[] Reasons = ["duplicate", "fraudulent", "requested_by_customer"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/refunds", "refund", "charge_read", "charge payment_intent");
        routes.Post("/v1/refunds", "charge_write", "refund.created", "charge payment_intent amount:i reason metadata:m reverse_transfer:b refund_application_fee:b", Create);
        routes.One("/v1/refunds/{id}", "refund", "charge_read");
        routes.Post("/v1/refunds/{id}", "charge_write", "refund.updated", "metadata:m", Update);
    }

    private static JsonObject Create(Call call)
    {
        if (call.Args.Text("reason") is { } reason && !Reasons.Contains(reason))
        {
            throw ApiError.Invalid($"Invalid reason: must be one of {string.Join(", ", Reasons)}", "reason");
        }

        return Refunding.Refund(call.Unit, Charge(call), call.Args.Int("amount"), call.Args.Text("reason"), Metadata.From(call.Args),
            call.Args.Bool("reverse_transfer") == true, call.Args.Bool("refund_application_fee") == true);
    }

    private static JsonObject Charge(Call call)
    {
        if (call.Args.Has("charge"))
        {
            return call.Refer("charge", "charge");
        }

        if (!call.Args.Has("payment_intent"))
        {
            throw ApiError.Invalid("One of the following params should be provided for this request: payment_intent or charge.", null, "parameter_missing");
        }

        var intent = call.Refer("payment_intent", "payment_intent");
        return intent.Text("latest_charge") is { } charge
            ? call.Unit.Find(charge)!
            : throw ApiError.Invalid($"This PaymentIntent ({intent.Id()}) does not have a successful charge to refund.", null, "payment_intent_unexpected_state");
    }

    private static JsonObject Update(Call call)
    {
        var refund = call.Edit("refund");
        Metadata.Merge(refund, call.Args);
        call.Unit.Raise("refund.updated", refund.Id());
        return refund;
    }
}
