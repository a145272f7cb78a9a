using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Where a discount applies.</summary>
internal sealed record DiscountPlace(string Customer, string? Subscription = null, string? SubscriptionItem = null, string? Invoice = null, string? InvoiceItem = null);

/// <summary>Turns a <c>discounts</c> parameter (coupons, promotion codes, discounts to keep) into discounts.</summary>
internal static class Discounting
{
    /// <summary>The parameter.</summary>
    public const string Fields = "discounts:l{coupon promotion_code discount}";

    /// <summary>Ids of the discounts wanted, new ones made; those left out end.</summary>
    /// <param name="before">Ids that applied so far.</param>
    public static JsonArray Apply(UnitOfWork unit, Args args, DiscountPlace place, JsonNode? before, string prefix = "discounts")
    {
        var old = (before as JsonArray ?? []).Select(d => (string)d!).ToList();
        List<string> wanted = [.. args.Objects("discounts").Select((d, i) => One(unit, d, place, old, $"{prefix}[{i}]"))];
        foreach (var gone in old.Except(wanted).ToList())
        {
            unit.Raise("customer.discount.deleted", gone);
        }

        return JsonFields.Array(wanted);
    }

    /// <summary>Ends one discount and returns what is left of it.</summary>
    public static JsonObject End(UnitOfWork unit, string id)
    {
        var shown = (JsonObject)unit.Find(id)!.DeepClone();
        shown["deleted"] = true;
        unit.Raise("customer.discount.deleted", id);
        return shown;
    }

    private static string One(UnitOfWork unit, Args wanted, DiscountPlace place, List<string> old, string param)
    {
        if (wanted.Text("discount") is { } known)
        {
            return old.Contains(known) || IsOfTheCustomer(unit, place, known) ? known : throw ApiError.NotFound("discount", known, $"{param}[discount]", 400);
        }

        var code = wanted.Text("promotion_code") is { } promotion ? Code(unit, promotion, place, $"{param}[promotion_code]") : null;
        var coupon = Coupon(unit, code?.TextAt("promotion.coupon") ?? wanted.Text("coupon") ?? throw ApiError.Missing($"{param}[coupon]"), $"{param}[coupon]");
        Redeem(unit, coupon, code);
        var discount = unit.Put(DiscountObject.Create(
            unit.NewId("di"), coupon.Id(), place.Customer, unit.Now, SubscriptionDiscounts.End(coupon, unit.Now), place.Subscription, place.Invoice));
        discount["promotion_code"] = code?.Id();
        discount["subscription_item"] = place.SubscriptionItem;
        discount["invoice_item"] = place.InvoiceItem;
        unit.Raise("customer.discount.created", discount.Id());
        return discount.Id();
    }

    /// <summary>"On the object (or one of its ancestors)": https://docs.stripe.com/api/invoices/create_preview.</summary>
    private static bool IsOfTheCustomer(UnitOfWork unit, DiscountPlace place, string id) =>
        place.Subscription is not null && unit.Find(place.Customer)?["discount"] is JsonObject own && own.Id() == id;

    private static JsonObject Coupon(UnitOfWork unit, string id, string param)
    {
        if (unit.Find(id) is not { } coupon || coupon.Text("object") != "coupon" || coupon["deleted"] is not null)
        {
            throw ApiError.NotFound("coupon", id, param, 400);
        }

        return (coupon["max_redemptions"] is { } most && coupon.Whole("times_redeemed") >= most.Whole())
            || (coupon["redeem_by"] is { } last && unit.Now > last.Whole())
                ? throw ApiError.Invalid($"Coupon {id} is used up or expired and cannot be applied.", param, "coupon_expired")
                : coupon;
    }

    private static JsonObject Code(UnitOfWork unit, string id, DiscountPlace place, string param)
    {
        if (unit.Find(id) is not { } code || code.Text("object") != "promotion_code")
        {
            throw ApiError.NotFound("promotion code", id, param, 400);
        }

        var usable = (bool)code["active"]!
            && (code["expires_at"] is not { } end || unit.Now <= end.Whole())
            && (code["max_redemptions"] is not { } most || code.Whole("times_redeemed") < most.Whole());
        if (!usable)
        {
            throw ApiError.Invalid("This promotion code is expired, used up or inactive.", param, "promotion_code_expired");
        }

        if (code.Text("customer") is { } owner && owner != place.Customer)
        {
            throw ApiError.Invalid("This promotion code cannot be redeemed because it is restricted to another customer.", param, "promotion_code_customer_mismatch");
        }

        RequireMinimum(unit, code, place, param);
        return (bool?)code["restrictions"]!["first_time_transaction"] == true
            && unit.Where("charge", "customer", place.Customer).Any(c => c.Text("status") == "succeeded")
                ? throw ApiError.Invalid("This promotion code cannot be redeemed because the associated customer has prior transactions.", param, "customer_has_prior_transactions")
                : code;
    }

    /// <summary>Refuses a code whose minimum what it is used for does not reach, or that is in another currency.</summary>
    private static void RequireMinimum(UnitOfWork unit, JsonObject code, DiscountPlace place, string param)
    {
        if (code.At("restrictions.minimum_amount")?.Whole() is { } least && (place.Subscription ?? place.Invoice ?? place.InvoiceItem) is not null && Worth(unit, place) is var (amount, currency)
            && (amount < least || currency != code.TextAt("restrictions.minimum_amount_currency")))
        {
            throw ApiError.Invalid(
                $"This promotion code cannot be redeemed because it asks for at least {MoneyText.Of(least, code.TextAt("restrictions.minimum_amount_currency")!)}.", param, "promotion_code_minimum_not_met");
        }
    }

    /// <summary>What a discount would be taken from: an item, an invoice, or a period of a subscription.</summary>
    private static (long Amount, string Currency) Worth(UnitOfWork unit, DiscountPlace place)
    {
        if (unit.Find(place.InvoiceItem ?? place.Invoice ?? "") is { } billed)
        {
            return (billed.Whole(place.InvoiceItem is null ? "subtotal" : "amount"), billed.Id("currency"));
        }

        var subscription = unit.Find(place.Subscription!)!;
        var items = subscription.Rows("items").Where(item => place.SubscriptionItem is null || item.Id() == place.SubscriptionItem);
        return (items.Sum(item => Cost(unit, item)), subscription.Id("currency"));
    }

    private static long Cost(UnitOfWork unit, JsonObject item)
    {
        var price = unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();
        return Prices.IsMetered(price) ? 0 : Prices.Round(Prices.Cost(price, item.Whole("quantity")), price.Id("currency"));
    }

    private static void Redeem(UnitOfWork unit, JsonObject coupon, JsonObject? code)
    {
        var used = unit.Edit(coupon.Id());
        used["times_redeemed"] = used.Whole("times_redeemed") + 1;
        used["valid"] = used["max_redemptions"] is not { } most || used.Whole("times_redeemed") < most.Whole();
        if (code is not null)
        {
            unit.Edit(code.Id())["times_redeemed"] = code.Whole("times_redeemed") + 1;
        }
    }
}
