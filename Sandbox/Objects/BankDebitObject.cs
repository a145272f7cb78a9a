using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds a <c>payment_method</c> by which a bank account is debited.</summary>
public static class BankDebitObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="type"><c>us_bank_account</c> or <c>sepa_debit</c>.</param>
    /// <param name="last4">Last digits of the account.</param>
    /// <param name="fingerprint">16 characters, one for each account.</param>
    public static JsonObject Create(
        string id, long created, string type, string last4, string country, string fingerprint, string? customer, string? name = null, string? email = null) => new()
        {
            ["id"] = id,
            ["object"] = "payment_method",
            ["allow_redisplay"] = "always",
            ["billing_details"] = PaymentMethodObject.BillingDetails(name, email, country),
            ["created"] = created,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            [type] = type == "sepa_debit" ? Sepa(last4, country, fingerprint) : UsAccount(last4, fingerprint),
            ["type"] = type,
        };

    /// <summary>The <c>payment_method_details</c> of a charge to a bank account.</summary>
    public static JsonObject ChargeDetails(JsonObject paymentMethod)
    {
        var type = paymentMethod.Id("type");
        var details = paymentMethod[type]!.DeepClone().AsObject();
        details.Remove("generated_from");
        details["mandate"] = null;
        return new JsonObject { [type] = details, ["type"] = type };
    }

    private static JsonObject UsAccount(string last4, string fingerprint) => new()
    {
        ["account_holder_type"] = "company",
        ["account_type"] = "checking",
        ["bank_name"] = "STRIPE TEST BANK",
        ["fingerprint"] = fingerprint,
        ["last4"] = last4,
        ["routing_number"] = "110000000",
    };

    private static JsonObject Sepa(string last4, string country, string fingerprint) => new()
    {
        ["bank_code"] = "37040044",
        ["branch_code"] = null,
        ["country"] = country,
        ["fingerprint"] = fingerprint,
        ["generated_from"] = null,
        ["last4"] = last4,
    };
}

/// <summary>A debit of a bank account: asked for at once, there some days later. https://docs.stripe.com/payments/bank-debits</summary>
public static class BankDebits
{
    /// <summary>Seconds until the bank has paid.</summary>
    public const long Seconds = 5 * 86_400;

    /// <summary>The member of an intent that holds the Unix seconds at which the money comes. Never shown.</summary>
    public const string ArrivesAt = "_arrives_at";

    /// <summary>Whether a payment method is a bank account and no card.</summary>
    public static bool Is(JsonObject paymentMethod) => paymentMethod["card"] is null;

    /// <summary>The bank was asked: the charge is pending.</summary>
    /// <param name="at">Unix seconds.</param>
    public static void Wait(JsonObject intent, JsonObject charge, long at)
    {
        charge["status"] = "pending";
        charge["paid"] = false;
        charge["receipt_url"] = null;
        intent["status"] = "processing";
        intent["latest_charge"] = charge.Id();
        intent["payment_method"] = charge.Text("payment_method");
        intent["payment_method_types"] = new JsonArray(charge["payment_method_details"]!.AsObject().Id("type"));
        intent["last_payment_error"] = null;
        intent[ArrivesAt] = at + Seconds;
    }

    /// <summary>The bank paid.</summary>
    /// <param name="balanceTransaction"><c>txn_…</c></param>
    public static void Settle(JsonObject charge, string balanceTransaction)
    {
        charge["status"] = "succeeded";
        charge["paid"] = true;
        charge["receipt_url"] = $"https://pay.stripe.com/receipts/invoices/{charge.Id()}?s=ap";
        charge["balance_transaction"] = balanceTransaction;
    }
}
