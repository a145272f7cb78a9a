using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Payment intents, charges and refunds of one customer.</summary>
internal sealed class Payments(CustomerRun customer)
{
    /// <summary>An intent that nobody has tried to pay.</summary>
    /// <param name="amount">Minor units.</param>
    public JsonObject NewIntent(long at, long amount, string currency, string description, IReadOnlyDictionary<string, string>? metadata)
    {
        var intent = PaymentIntentObject.Create(new PaymentIntentSpec
        {
            Id = customer.Ids.Next("pi", at),
            Created = at,
            Amount = amount,
            Currency = currency,
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
        var charge = Make(at, intent, decline, decline is null);
        Answer(at, intent, charge, decline);
        return charge;
    }

    /// <summary>Asks the customer's bank for the money, which is there or not some days later.</summary>
    public JsonObject Debit(long at, JsonObject intent)
    {
        var charge = Make(at, intent, null, settled: false);
        BankDebits.Wait(intent, charge, at);
        customer.Books.Emit(customer.Ids, at, "charge.pending", charge);
        customer.Books.Emit(customer.Ids, at, "payment_intent.processing", intent);
        return charge;
    }

    /// <summary>The bank's money is there.</summary>
    public void Arrive(long at, JsonObject intent, JsonObject charge)
    {
        BankDebits.Settle(charge, Settle(at, charge.Id(), charge.Whole("amount"), charge.Id("currency"), "charge", charge.Text("description")));
        Answer(at, intent, charge, null);
    }

    private JsonObject Make(long at, JsonObject intent, Decline? decline, bool settled)
    {
        var id = customer.Ids.Next("ch", at);
        var charge = ChargeObject.Create(new ChargeSpec
        {
            Id = id,
            Created = at,
            Amount = intent.Whole("amount"),
            Currency = intent.Id("currency"),
            Customer = customer.Id,
            PaymentMethod = customer.PaymentMethod,
            PaymentIntent = intent.Id(),
            Description = intent.Text("description"),
            ReceiptEmail = intent.Text("receipt_email"),
            BalanceTransaction = settled ? Settle(at, id, intent.Whole("amount"), intent.Id("currency"), "charge", intent.Text("description")) : null,
            Decline = decline,
            RiskScore = customer.Random.Between(3, 40),
            Metadata = intent["metadata"]!.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!),
        });
        customer.Books.Put(charge);
        return charge;
    }

    /// <summary>Gives a whole charge back.</summary>
    public void Refund(long at, JsonObject charge, string reason)
    {
        var id = customer.Ids.Next("re", at);
        var amount = charge.Whole("amount");
        var transaction = Settle(at, id, -amount, charge.Id("currency"), "refund", charge.Text("description"));
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

    private string Settle(long at, string source, long amount, string currency, string type, string? description) => customer.Books.Move(
        customer.Ids, at, amount, currency, source, type, description, amount > 0 ? Amounts.Fee(amount, currency) : 0);
}
