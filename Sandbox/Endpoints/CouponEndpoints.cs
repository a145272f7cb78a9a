using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class CouponEndpoints
{
    private const string Kind = "coupon";
    private static readonly string[] Durations = ["forever", "once", "repeating"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/coupons", Kind, "coupon_read");
        routes.Post(
            "/v1/coupons", "coupon_write", "coupon.created",
            "id name percent_off:d amount_off:i currency duration duration_in_months:i max_redemptions:i redeem_by:t applies_to:o{products:l} metadata:m", Create);
        routes.One("/v1/coupons/{id}", Kind, "coupon_read", Kind);
        routes.Post("/v1/coupons/{id}", "coupon_write", "coupon.updated", "name metadata:m", Update);
        routes.Delete("/v1/coupons/{id}", "coupon_write", "coupon.deleted", "", Delete);
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var percent = args.Text("percent_off") is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : (decimal?)null;
        var duration = args.Text("duration") ?? "once";
        Check(call, percent, duration);
        var coupon = CouponObject.Create(
            args.Text("id") ?? call.Unit.NewSecret(8), call.Now, args.Text("name") ?? "", percent, args.Int("amount_off"),
            args.Text("currency")?.ToLowerInvariant(), duration, args.Int("duration_in_months"));
        coupon["name"] = args.Text("name");
        coupon["max_redemptions"] = args.Int("max_redemptions");
        coupon["redeem_by"] = args.Int("redeem_by");
        coupon["metadata"] = Metadata.From(args);
        if (args.Object("applies_to")?.Texts("products") is { Count: > 0 } products)
        {
            coupon["applies_to"] = new JsonObject { ["products"] = JsonFields.Array(products) };
        }

        call.Unit.Raise("coupon.created", coupon.Id());
        return call.Unit.Put(coupon);
    }

    private static void Check(Call call, decimal? percent, string duration)
    {
        var args = call.Args;
        if (percent is null == args.Int("amount_off") is null)
        {
            throw ApiError.Invalid("You must pass either `percent_off` or `amount_off` to create a coupon, and not both.", "percent_off", "parameter_missing");
        }

        if (percent is <= 0 or > 100)
        {
            throw ApiError.Invalid("Invalid percentage: must be greater than 0 and at most 100.", "percent_off");
        }

        if (args.Int("amount_off") is { } amount && amount < 1)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "amount_off", "parameter_invalid_integer");
        }

        if (args.Has("amount_off") && args.Text("currency") is null)
        {
            throw ApiError.Missing("currency");
        }

        if (!Durations.Contains(duration))
        {
            throw ApiError.Invalid($"Invalid duration: must be one of {string.Join(", ", Durations)}", "duration");
        }

        if (duration == "repeating" && args.Int("duration_in_months") is not > 0)
        {
            throw ApiError.Missing("duration_in_months");
        }

        if (args.Text("id") is { } id && call.Unit.State.Find(id) is { } known && known["deleted"] is null)
        {
            throw ApiError.Invalid("Coupon already exists.", "id", "resource_already_exists");
        }
    }

    private static JsonObject Update(Call call)
    {
        var coupon = call.Edit(Kind, param: Kind);
        call.Args.CopyTexts(coupon, "name");
        Metadata.Merge(coupon, call.Args);
        return coupon;
    }

    private static JsonObject Delete(Call call)
    {
        call.Load(Kind, param: Kind);
        call.Unit.Raise("coupon.deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }
}
