using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Money from the platform to a connected account, and back. Both sides are booked at once.</summary>
internal static class Transfers
{
    /// <param name="fee">The platform's share of the payment, minor units; null for none.</param>
    public static JsonObject Make(
        UnitOfWork unit, string destination, long amount, string currency, string? source = null, string? group = null,
        string? description = null, long? fee = null)
    {
        var id = unit.NewId("tr");
        var taken = Balances.Book(unit, "transfer", -amount, currency, id, description ?? $"Transfer to {destination}");
        var feeId = fee is null ? null : unit.NewId("fee");
        var payment = unit.As(destination, () => Receive(unit, id, amount, currency, fee, feeId));
        if (fee is { } share)
        {
            ApplicationFees.Earn(unit, feeId!, share, currency, destination, payment.Id(), source);
        }

        var transfer = unit.Put(TransferObject.Create(new TransferSpec
        {
            Id = id,
            Created = unit.Now,
            Amount = amount,
            Currency = currency,
            Destination = destination,
            BalanceTransaction = taken.Id(),
            DestinationPayment = payment.Id(),
            SourceTransaction = source,
            TransferGroup = group,
            Description = description,
        }));
        unit.Raise("transfer.created", id);
        return transfer;
    }

    /// <summary>Takes money back from the connected account, at most what is left of the transfer.</summary>
    public static JsonObject Reverse(UnitOfWork unit, JsonObject transfer, long? wanted, bool refundFee, JsonObject? metadata = null, string? sourceRefund = null)
    {
        var left = transfer.Whole("amount") - transfer.Whole("amount_reversed");
        var amount = wanted ?? left;
        if (left == 0)
        {
            throw ApiError.Invalid($"Transfer {transfer.Id()} is already fully reversed.", "id", "transfer_already_reversed");
        }

        if (amount < 1 || amount > left)
        {
            throw ApiError.Invalid(
                $"Transfer reversal amount ({MoneyText.Of(amount, transfer.Id("currency"))}) is greater than unreversed amount on transfer ({MoneyText.Of(left, transfer.Id("currency"))})",
                "amount");
        }

        var id = unit.NewId("trr");
        var currency = transfer.Id("currency");
        var refund = unit.As(transfer.Id("destination"), () => GiveBack(unit, transfer, amount));
        var back = Balances.Book(unit, "transfer_refund", amount, currency, id, $"REFUND FOR TRANSFER ({transfer.Text("description")})");
        var editable = unit.Edit(transfer.Id());
        var reversal = TransferObject.Reverse(editable, id, unit.Now, amount, back.Id(), refund.Id(), sourceRefund);
        reversal["metadata"] = metadata?.DeepClone() ?? new JsonObject();
        editable["reversals"]!["data"]![0]!["metadata"] = reversal["metadata"]!.DeepClone();
        unit.Put(reversal);
        if (refundFee && unit.As(transfer.Id("destination"), () => unit.Find(transfer.Id("destination_payment")))?.Text("application_fee") is { } fee)
        {
            var share = unit.Find(fee)!;
            ApplicationFees.Refund(unit, share, Prices.Round((decimal)share.Whole("amount") * amount / transfer.Whole("amount")));
        }

        unit.Raise("transfer.reversed", transfer.Id());
        return reversal;
    }

    private static JsonObject Receive(UnitOfWork unit, string transfer, long amount, string currency, long? fee, string? feeId)
    {
        var id = unit.NewId("py");
        var movement = Balances.Book(
            unit, "payment", amount, currency, id, fees: fee is { } share ? [new FeeSpec(share, "application_fee", "Application fee")] : null, pending: true);
        var payment = unit.Put(DestinationPaymentObject.Create(
            id, unit.Now, movement.Whole("amount"), movement.Id("currency"), transfer, movement.Id(), fee, feeId));
        unit.Raise("charge.succeeded", id);
        return payment;
    }

    private static JsonObject GiveBack(UnitOfWork unit, JsonObject transfer, long amount)
    {
        var payment = unit.Edit(transfer.Id("destination_payment"));
        var id = unit.NewId("pyr");
        var movement = Balances.Book(unit, "payment_refund", -amount, transfer.Id("currency"), id, "REFUND FOR PAYMENT");
        ChargeObject.ApplyRefund(payment, -movement.Whole("amount"));
        unit.Raise("charge.refunded", payment.Id());
        return unit.Put(RefundObject.Create(id, unit.Now, payment, -movement.Whole("amount"), null, movement.Id()));
    }
}

/// <summary>The platform's share of a payment on a connected account.</summary>
internal static class ApplicationFees
{
    public static JsonObject Earn(UnitOfWork unit, string id, long amount, string currency, string account, string charge, string? originating = null) =>
        unit.As(null, () =>
        {
            var movement = Balances.Book(unit, "application_fee", amount, currency, id, "Application fee");
            var fee = unit.Put(ApplicationFeeObject.Create(id, unit.Now, amount, currency, account, charge, movement.Id(), originating));
            unit.Raise("application_fee.created", id);
            return fee;
        });

    /// <summary>Gives a share back, at most what is left of it; the seller gets it.</summary>
    public static JsonObject Refund(UnitOfWork unit, JsonObject fee, long? wanted, JsonObject? metadata = null)
    {
        var left = fee.Whole("amount") - fee.Whole("amount_refunded");
        var amount = wanted ?? left;
        if (left == 0)
        {
            throw ApiError.Invalid($"Application fee {fee.Id()} has already been fully refunded.", "id", "application_fee_already_refunded");
        }

        if (amount < 1 || amount > left)
        {
            throw ApiError.Invalid(
                $"Refund amount ({MoneyText.Of(amount, fee.Id("currency"))}) is greater than unrefunded amount on fee ({MoneyText.Of(left, fee.Id("currency"))})", "amount");
        }

        var id = unit.NewId("fr");
        var currency = fee.Id("currency");
        unit.As(fee.Id("account"), () => Balances.Book(unit, "adjustment", amount, currency, fee.Id("charge"), "Application fee refund"));
        var movement = Balances.Book(unit, "application_fee_refund", -amount, currency, id, "REFUND FOR APPLICATION FEE");
        var editable = unit.Edit(fee.Id());
        var refund = ApplicationFeeObject.Refund(editable, id, unit.Now, amount, movement.Id());
        refund["metadata"] = metadata?.DeepClone() ?? new JsonObject();
        editable["refunds"]!["data"]![0]!["metadata"] = refund["metadata"]!.DeepClone();
        unit.Raise("application_fee.refunded", fee.Id());
        return unit.Put(refund);
    }
}
