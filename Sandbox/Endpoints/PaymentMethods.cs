using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Cards: Stripe's test tokens, attachment, and how the issuer will answer.</summary>
internal static class PaymentMethods
{
    /// <summary>The member that holds a planted decline code; the API never shows it.</summary>
    public const string Behaviour = "_decline";

    /// <summary>The behaviour of a card that pays.</summary>
    public const string Fine = "ok";

    /// <summary>The member that says which dispute follows a charge; the API never shows it.</summary>
    public const string Dispute = "_dispute";

    /// <summary>The member of a card whose money needs no time to settle; the API never shows it.</summary>
    public const string AtOnce = "_at_once";

    /// <summary>The member of a card whose refunds come back; the API never shows it.</summary>
    public const string RefundFails = "_refund_fails";

    /// <summary>The member of a card whose refunds do not succeed at once: the status they begin with. Never shown.</summary>
    public const string RefundBegins = "_refund_begins";

    private static readonly Dictionary<string, string> Disputed = new(StringComparer.Ordinal)
    {
        ["createDispute"] = "fraudulent",
        ["createDisputeProductNotReceived"] = "product_not_received",
        ["createDisputeInquiry"] = "inquiry",
    };

    private static readonly Dictionary<string, (string Brand, string Last4, string? Decline)> Tokens = new(StringComparer.Ordinal)
    {
        ["visa"] = ("visa", "4242", null),
        ["mastercard"] = ("mastercard", "4444", null),
        ["amex"] = ("amex", "8431", null),
        ["chargeCustomerFail"] = ("visa", "0341", "generic_decline"),
        ["chargeDeclined"] = ("visa", "0002", "generic_decline"),
        ["chargeDeclinedInsufficientFunds"] = ("visa", "9995", "insufficient_funds"),
        ["visa_chargeDeclinedInsufficientFunds"] = ("visa", "9995", "insufficient_funds"),
        ["visa_chargeDeclinedLostCard"] = ("visa", "9987", "lost_card"),
        ["visa_chargeDeclinedStolenCard"] = ("visa", "9979", "stolen_card"),
        ["chargeDeclinedExpiredCard"] = ("visa", "0069", "expired_card"),
        ["chargeDeclinedIncorrectCvc"] = ("visa", "0127", "incorrect_cvc"),
        ["chargeDeclinedProcessingError"] = ("visa", "0119", "processing_error"),
        ["authenticationRequired"] = ("visa", "3184", "authentication_required"),
        ["createDispute"] = ("visa", "0259", null),
        ["createDisputeProductNotReceived"] = ("visa", "2685", null),
        ["createDisputeInquiry"] = ("visa", "1976", null),
        ["refundFail"] = ("visa", "5126", null),
        ["pendingRefund"] = ("visa", "7726", null),
        ["refundRequiresAction"] = ("visa", "7700", null),
        ["bypassPending"] = ("visa", "0077", null),
        ["chargeDeclinedFraudulent"] = ("visa", "0019", "highest_risk_level"),
    };

    /// <summary>The payment method with this id; <c>pm_card_…</c> makes a new test card.</summary>
    public static JsonObject Resolve(Call call, string id, string param, int status = 400)
    {
        if (Token(id) is { } token)
        {
            return Create(call.Unit, token);
        }

        return call.Unit.Find(id) is { } found && found.Text("object") == "payment_method"
            ? found
            : throw ApiError.NotFound("PaymentMethod", id, param, status);
    }

    public static JsonObject CreateFromToken(Call call, string token) =>
        Token(token) is { } card ? Create(call.Unit, card) : throw ApiError.NotFound("token", token, "card[token]", 400);

    public static JsonObject Attach(UnitOfWork unit, JsonObject paymentMethod, string customer)
    {
        var editable = unit.Edit(paymentMethod.Id());
        if (editable.Text("customer") is { } owner && owner != customer)
        {
            throw ApiError.Invalid("The payment method you provided has already been attached to a customer.");
        }

        editable["customer"] = customer;
        unit.Raise("payment_method.attached", editable.Id());
        return editable;
    }

    public static JsonObject OfCustomer(UnitOfWork unit, string id, string customer, string param, int status = 400) =>
        unit.Find(id) is { } found && found.Text("object") == "payment_method" && found.Text("customer") == customer
            ? found
            : throw ApiError.NotFound("PaymentMethod", id, param, status);

    /// <summary>The decline this card meets now, or null when the charge goes through.</summary>
    public static Decline? Answer(UnitOfWork unit, JsonObject paymentMethod)
    {
        if ((paymentMethod.Text(Behaviour) ?? PaymentBehaviour.Of(unit.State, paymentMethod.Id()).At(unit.Now)) is { } planted)
        {
            return planted == Fine ? null : Declines.Find(planted);
        }

        if (paymentMethod["card"] is not JsonObject card)
        {
            return null;
        }

        var end = new DateTimeOffset((int)card.Whole("exp_year"), (int)card.Whole("exp_month"), 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        return unit.Now >= end.ToUnixTimeSeconds() ? Declines.Find("expired_card") : null;
    }

    /// <summary>A new card that pays, attached to nobody.</summary>
    public static JsonObject NewCard(UnitOfWork unit) => Create(unit, "visa");

    private static string? Token(string id)
    {
        var name = id.StartsWith("pm_card_", StringComparison.Ordinal) ? id["pm_card_".Length..]
            : id.StartsWith("tok_", StringComparison.Ordinal) ? id["tok_".Length..]
            : null;
        return name is not null && Tokens.ContainsKey(name) ? name : null;
    }

    private static JsonObject Create(UnitOfWork unit, string token)
    {
        var (brand, last4, decline) = Tokens[token];
        var year = DateTimeOffset.FromUnixTimeSeconds(unit.Now).Year + 3;
        var id = unit.NewId("pm");
        var paymentMethod = PaymentMethodObject.Create(
            id, unit.Now, new CardSpec(brand, last4, 12, year, "US", "credit", id[^16..]), null);
        if (decline is not null)
        {
            paymentMethod[Behaviour] = decline;
        }

        if (Disputed.TryGetValue(token, out var reason))
        {
            paymentMethod[Dispute] = reason;
        }

        if (token == "refundFail")
        {
            paymentMethod[RefundFails] = true;
        }

        if (token is "pendingRefund" or "refundRequiresAction")
        {
            paymentMethod[RefundBegins] = token == "pendingRefund" ? "pending" : "requires_action";
        }

        if (token == "bypassPending")
        {
            paymentMethod[AtOnce] = true;
        }

        return unit.Put(paymentMethod);
    }
}
