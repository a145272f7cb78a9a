using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Payment intents, charges and refunds of one customer.</summary>
internal sealed class Payments(CustomerRun customer)
{
    /// <summary>An intent that nobody has tried to pay.</summary>
    /// <param name="amount">Minor units of the customer's currency.</param>
    public JsonObject NewIntent(long at, long amount, string description, IReadOnlyDictionary<string, string>? metadata)
    {
        var intent = PaymentIntentObject.Create(new PaymentIntentSpec
        {
            Id = customer.Ids.Next("pi", at),
            Created = at,
            Amount = amount,
            Currency = customer.Script.Currency,
            Customer = customer.Id,
            Secret = customer.Ids.Characters(25),
            Description = description,
            ReceiptEmail = customer.Script.Email,
            Metadata = metadata ?? customer.Script.PaymentMetadata,
        });
        customer.Books.Add(customer.Ids, at, intent, "payment_intent.created");
        return intent;
    }

    /// <summary>Charges the customer's card for an intent; <paramref name="decline"/> null lets it through.</summary>
    public JsonObject Charge(long at, JsonObject intent, Decline? decline)
    {
        var id = customer.Ids.Next("ch", at);
        var charge = ChargeObject.Create(new ChargeSpec
        {
            Id = id,
            Created = at,
            Amount = intent.Whole("amount"),
            Currency = customer.Script.Currency,
            Customer = customer.Id,
            PaymentMethod = customer.PaymentMethod,
            PaymentIntent = intent.Id(),
            Description = intent.Text("description"),
            ReceiptEmail = intent.Text("receipt_email"),
            BalanceTransaction = decline is null ? Settle(at, id, intent.Whole("amount"), "charge", intent.Text("description")) : null,
            Decline = decline,
            RiskScore = customer.Random.Between(3, 40),
            Metadata = intent["metadata"]!.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!),
        });
        customer.Books.Put(charge);
        Answer(at, intent, charge, decline);
        return charge;
    }

    /// <summary>Gives a whole charge back.</summary>
    public void Refund(long at, JsonObject charge, string reason)
    {
        var id = customer.Ids.Next("re", at);
        var amount = charge.Whole("amount");
        var transaction = Settle(at, id, -amount, "refund", charge.Text("description"));
        var refund = RefundObject.Create(id, at, charge, amount, reason, transaction);
        ChargeObject.ApplyRefund(charge, amount);
        customer.Books.Add(customer.Ids, at, refund, "refund.created");
        customer.Books.Emit(customer.Ids, at, "charge.refunded", charge);
    }

    private void Answer(long at, JsonObject intent, JsonObject charge, Decline? decline)
    {
        if (decline is null)
        {
            PaymentIntentObject.Succeed(intent, charge);
            customer.Books.Emit(customer.Ids, at, "charge.succeeded", charge);
            customer.Books.Emit(customer.Ids, at, "payment_intent.succeeded", intent);
        }
        else
        {
            PaymentIntentObject.Fail(intent, charge, customer.PaymentMethod, decline);
            customer.Books.Emit(customer.Ids, at, "charge.failed", charge);
            customer.Books.Emit(customer.Ids, at, "payment_intent.payment_failed", intent);
        }
    }

    private string Settle(long at, string source, long amount, string type, string? description) => customer.Books.Move(
        customer.Ids, at, amount, customer.Script.Currency, source, type, description, amount > 0 ? Amounts.Fee(amount, customer.Script.Currency) : 0);
}
