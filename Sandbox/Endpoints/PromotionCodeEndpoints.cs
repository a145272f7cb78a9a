using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PromotionCodeEndpoints
{
    private const string Kind = "promotion_code";
    private const string Restrictions = "restrictions:o{first_time_transaction:b minimum_amount:i minimum_amount_currency}";

    public static void Map(Routes routes)
    {
        routes.List("/v1/promotion_codes", Kind, "promotion_code_read", "code customer coupon=promotion.coupon", Wanted, "active:b");
        routes.Post(
            "/v1/promotion_codes", "promotion_code_write", "promotion_code.created",
            "promotion*:o{type* coupon} code customer active:b expires_at:t max_redemptions:i metadata:m " + Restrictions, Create);
        routes.One("/v1/promotion_codes/{id}", Kind, "promotion_code_read", Kind);
        routes.Post("/v1/promotion_codes/{id}", "promotion_code_write", "promotion_code.updated", "active:b metadata:m", Update);
    }

    private static bool Wanted(Call call, JsonObject code) => call.Args.Bool("active") is not { } active || active == (bool)code["active"]!;

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var promotion = args.Object("promotion")!;
        var coupon = promotion.Text("coupon") ?? throw ApiError.Missing("promotion[coupon]");
        if (promotion.Required("type") != "coupon")
        {
            throw ApiError.Invalid("Invalid promotion[type]: must be one of coupon", "promotion[type]");
        }

        if (call.Unit.Find(coupon)?.Text("object") != "coupon")
        {
            throw ApiError.NotFound("coupon", coupon, "promotion[coupon]", 400);
        }

        var code = args.Text("code") ?? call.Unit.NewSecret(8).ToUpperInvariant();
        if (call.Unit.Where(Kind, "code", code).Any(c => (bool)c["active"]!))
        {
            throw ApiError.Invalid($"An active promotion code with `code: {code}` already exists.", "code", "resource_already_exists");
        }

        var made = call.Unit.Put(PromotionCodeObject.Create(
            call.Unit.NewId("promo"), call.Now, code, coupon, args.Has("customer") ? call.Refer("customer", "customer").Id() : null));
        made["active"] = args.Bool("active") ?? true;
        made["expires_at"] = args.Int("expires_at");
        made["max_redemptions"] = args.Int("max_redemptions");
        made["metadata"] = Metadata.From(args);
        if (args.Object("restrictions") is { } limits)
        {
            if (limits.Has("minimum_amount") != limits.Has("minimum_amount_currency"))
            {
                throw ApiError.Missing(limits.Has("minimum_amount") ? "restrictions[minimum_amount_currency]" : "restrictions[minimum_amount]");
            }

            made["restrictions"]!["first_time_transaction"] = limits.Bool("first_time_transaction") ?? false;
            made["restrictions"]!["minimum_amount"] = limits.Int("minimum_amount");
            made["restrictions"]!["minimum_amount_currency"] = limits.Text("minimum_amount_currency");
        }

        call.Unit.Raise("promotion_code.created", made.Id());
        return made;
    }

    private static JsonObject Update(Call call)
    {
        var code = call.Edit(Kind, param: Kind);
        code["active"] = call.Args.Bool("active") ?? (bool)code["active"]!;
        Metadata.Merge(code, call.Args);
        call.Unit.Raise("promotion_code.updated", code.Id());
        return code;
    }
}
