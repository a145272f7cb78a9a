using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>One try to charge a card for a payment intent.</summary>
internal static class Charging
{
    /// <summary>Makes the charge and moves the intent on. Null means that the money came, or that a bank was asked for it.</summary>
    public static ApiError? Try(UnitOfWork unit, JsonObject intent, JsonObject paymentMethod)
    {
        var decline = PaymentMethods.Answer(unit, paymentMethod);
        var charge = Charge(unit, intent, paymentMethod, decline);
        if (decline is null && Capturing.IsManual(intent))
        {
            Capturing.Hold(unit, intent, charge);
            return null;
        }

        if (decline is null && BankDebits.Is(paymentMethod))
        {
            BankDebits.Wait(intent, charge, unit.Now);
            unit.Raise("charge.pending", charge.Id());
            unit.Raise("payment_intent.processing", intent.Id());
            return null;
        }

        if (decline is null)
        {
            Succeed(unit, intent, charge);
            if (paymentMethod.Text(PaymentMethods.Dispute) is { } dispute)
            {
                Disputing.Open(unit, charge, dispute == "inquiry" ? "fraudulent" : dispute, dispute == "inquiry");
            }

            return null;
        }

        PaymentIntentObject.Fail(intent, charge, paymentMethod, decline);
        unit.Raise("charge.failed", charge.Id());
        unit.Raise("payment_intent.payment_failed", intent.Id());
        return Declined(intent, charge, paymentMethod, decline);
    }

    /// <summary>The money of a bank debit is there.</summary>
    public static void Arrive(UnitOfWork unit, JsonObject intent, JsonObject charge)
    {
        BankDebits.Settle(charge, Balance(unit, charge.Id(), intent, unit.Find(charge.Text("payment_method") ?? ""), charge.Whole("amount")));
        Succeed(unit, intent, charge);
    }

    private static void Succeed(UnitOfWork unit, JsonObject intent, JsonObject charge)
    {
        PaymentIntentObject.Succeed(intent, charge);
        unit.Raise("charge.succeeded", charge.Id());
        unit.Raise("payment_intent.succeeded", intent.Id());
        Settle(unit, intent, charge, charge.Whole("amount"));
    }

    public static JsonObject NewIntent(UnitOfWork unit, string? customer, long amount, string currency, string? description = null)
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
            Customer = intent.Text("customer"),
            PaymentMethod = paymentMethod,
            PaymentIntent = intent.Id(),
            Description = intent.Text("description"),
            ReceiptEmail = intent.Text("receipt_email"),
            BalanceTransaction = decline is null && !Capturing.IsManual(intent) && !BankDebits.Is(paymentMethod) ? Balance(unit, id, intent, paymentMethod, intent.Whole("amount")) : null,
            Decline = decline,
        });
        foreach (var name in (string[])["metadata", "on_behalf_of", "transfer_group", "transfer_data", "application_fee_amount"])
        {
            charge[name] = intent[name]?.DeepClone();
        }

        return unit.Put(charge);
    }

    /// <summary>Books the money of a charge.</summary>
    /// <param name="amount">Minor units.</param>
    public static string Balance(UnitOfWork unit, string charge, JsonObject intent, JsonObject? paymentMethod, long amount)
    {
        var currency = intent.Id("currency");
        List<FeeSpec> fees = [new(Fees.OfCharge(amount, currency))];
        // On a direct charge the platform's share is taken from the seller's money.
        if (unit.Account is not null && intent.Whole("application_fee_amount") is > 0 and var share)
        {
            fees.Add(new FeeSpec(share, "application_fee", "Application fee", "ca_SandboxPlatformApplication000000"));
        }

        return Balances.Book(
            unit, "charge", amount, currency, charge, intent.Text("description"), fees, pending: paymentMethod?[PaymentMethods.AtOnce] is null,
            testClock: unit.Find(intent.Text("customer") ?? "")?.Text("test_clock")).Id();
    }

    /// <summary>What a payment brings to others: the seller's part of a destination charge, the platform's of a direct one.</summary>
    /// <param name="paid">Minor units.</param>
    public static void Settle(UnitOfWork unit, JsonObject intent, JsonObject charge, long paid)
    {
        var fee = intent["application_fee_amount"]?.Whole();
        var currency = intent.Id("currency");
        if (intent.TextAt("transfer_data.destination") is { } destination)
        {
            var amount = intent.At("transfer_data.amount")?.Whole() ?? paid;
            var group = intent.Text("transfer_group") ?? $"group_{intent.Id()}";
            var transfer = Transfers.Make(unit, destination, amount, currency, charge.Id(), group, fee: fee);
            charge["transfer"] = transfer.Id();
            charge["transfer_group"] = group;
            charge["application_fee"] = unit.As(destination, () => unit.Find(transfer.Id("destination_payment")))?.Text("application_fee");
        }
        else if (unit.Account is { } seller && fee is > 0)
        {
            charge["application_fee"] = ApplicationFees.Earn(unit, unit.NewId("fee"), fee.Value, currency, seller, charge.Id()).Id();
        }
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
