using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>A card as its issuer printed it.</summary>
/// <param name="Brand"><c>visa</c>, <c>mastercard</c> or <c>amex</c>.</param>
/// <param name="Funding"><c>credit</c>, <c>debit</c> or <c>prepaid</c>.</param>
/// <param name="Country">Two letters of the issuing bank.</param>
/// <param name="Fingerprint">16 characters, one for each card number.</param>
public sealed record CardSpec(
    string Brand, string Last4, long ExpMonth, long ExpYear, string Country, string Funding, string Fingerprint);

/// <summary>Builds <c>payment_method</c> of type <c>card</c> and the card part of a charge.</summary>
public static class PaymentMethodObject
{
    /// <param name="created">Unix seconds.</param>
    /// <param name="customer"><c>cus_…</c>; null while it is attached to nobody.</param>
    public static JsonObject Create(
        string id, long created, CardSpec card, string? customer, string? name = null, string? email = null,
        IReadOnlyDictionary<string, string>? metadata = null) => new()
        {
            ["id"] = id,
            ["object"] = "payment_method",
            ["allow_redisplay"] = "always",
            ["billing_details"] = BillingDetails(name, email, card.Country),
            ["card"] = Card(card),
            ["created"] = created,
            ["customer"] = customer,
            ["customer_account"] = null,
            ["livemode"] = false,
            ["metadata"] = JsonFields.Metadata(metadata),
            ["type"] = "card",
        };

    /// <summary>Name, mail address and country of whoever pays.</summary>
    public static JsonObject BillingDetails(string? name, string? email, string? country = null) => new()
    {
        ["address"] = JsonFields.Address(country),
        ["email"] = email,
        ["name"] = name,
        ["phone"] = null,
        ["tax_id"] = null,
    };

    /// <summary>The <c>payment_method_details</c> of a charge to a card or a bank account.</summary>
    /// <param name="paymentMethod">A <c>payment_method</c>.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="authorized">Whether the issuer agreed.</param>
    public static JsonObject ChargeDetails(JsonObject paymentMethod, long amount, bool authorized)
    {
        if (paymentMethod["card"] is not JsonObject card)
        {
            return BankDebitObject.ChargeDetails(paymentMethod);
        }

        return new JsonObject { ["card"] = ChargedCard(card, amount, authorized), ["type"] = "card" };
    }

    private static JsonObject Card(CardSpec card) => new()
    {
        ["brand"] = card.Brand,
        ["checks"] = Checks("pass"),
        ["country"] = card.Country,
        ["display_brand"] = card.Brand,
        ["exp_month"] = card.ExpMonth,
        ["exp_year"] = card.ExpYear,
        ["fingerprint"] = card.Fingerprint,
        ["funding"] = card.Funding,
        ["generated_from"] = null,
        ["last4"] = card.Last4,
        ["networks"] = new JsonObject { ["available"] = new JsonArray(card.Brand), ["preferred"] = null },
        ["regulated_status"] = "unregulated",
        ["three_d_secure_usage"] = new JsonObject { ["supported"] = true },
        ["wallet"] = null,
    };

    private static JsonObject Checks(string? cvc) => new()
    {
        ["address_line1_check"] = null,
        ["address_postal_code_check"] = null,
        ["cvc_check"] = cvc,
    };

    private static JsonObject ChargedCard(JsonObject card, long amount, bool authorized) => new()
    {
        ["amount_authorized"] = authorized ? amount : null,
        ["authorization_code"] = null,
        ["brand"] = card.Text("brand"),
        ["checks"] = Checks(null),
        ["country"] = card.Text("country"),
        ["exp_month"] = card.Whole("exp_month"),
        ["exp_year"] = card.Whole("exp_year"),
        ["extended_authorization"] = new JsonObject { ["status"] = "disabled" },
        ["fingerprint"] = card.Text("fingerprint"),
        ["funding"] = card.Text("funding"),
        ["incremental_authorization"] = new JsonObject { ["status"] = "unavailable" },
        ["installments"] = null,
        ["last4"] = card.Text("last4"),
        ["mandate"] = null,
        ["multicapture"] = new JsonObject { ["status"] = "unavailable" },
        ["network"] = card.Text("brand"),
        ["network_token"] = new JsonObject { ["used"] = false },
        ["network_transaction_id"] = null,
        ["overcapture"] = new JsonObject { ["maximum_amount_capturable"] = amount, ["status"] = "unavailable" },
        ["regulated_status"] = "unregulated",
        ["three_d_secure"] = null,
        ["wallet"] = null,
    };
}
