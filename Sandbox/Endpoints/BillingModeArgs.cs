using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>
/// Reads a <c>billing_mode</c> parameter. New subscriptions are flexible unless the request says classic:
/// https://docs.stripe.com/changelog/clover/2025-09-30/billing-mode-default-flexible.
/// </summary>
internal static class BillingModeArgs
{
    /// <summary>The parameter.</summary>
    public const string Fields = "billing_mode:o{type* flexible:o{proration_discounts}}";

    private const string Included = "included";

    /// <summary>The mode of a new subscription or schedule.</summary>
    public static JsonObject Read(Args args)
    {
        var mode = args.Object("billing_mode");
        var type = mode?.Text("type") ?? "flexible";
        return type switch
        {
            "classic" when mode?.Object("flexible") is not null => throw ApiError.Invalid(
                "You cannot set `billing_mode[flexible]` if `billing_mode[type]` is `classic`.", "billing_mode[flexible]"),
            "classic" => BillingModes.Classic(),
            "flexible" => BillingModes.Flexible(Discounts(mode)),
            _ => throw ApiError.Invalid("Invalid billing_mode[type]: must be one of classic, or flexible", "billing_mode[type]"),
        };
    }

    /// <summary>What a migration makes of a mode. There is no way back, neither to classic nor to included discounts.</summary>
    /// <param name="now">Unix seconds.</param>
    public static JsonObject Migrate(Args args, JsonObject before, long now)
    {
        var mode = args.Object("billing_mode")!;
        if (mode.Required("type") != "flexible")
        {
            throw ApiError.Invalid("Invalid billing_mode[type]: must be flexible", "billing_mode[type]");
        }

        var (old, wanted) = (before.TextAt("flexible.proration_discounts"), Discounts(mode));
        if (before.Text("type") == "flexible" && old == wanted)
        {
            throw ApiError.Invalid("This subscription already has the billing mode `flexible`.", "billing_mode[type]");
        }

        return old == "itemized"
            ? throw ApiError.Invalid("You cannot migrate from `itemized` to `included` proration discounts.", "billing_mode[flexible][proration_discounts]")
            : BillingModes.Flexible(wanted, now);
    }

    private static string Discounts(Args? mode) => mode?.Object("flexible")?.Text("proration_discounts") ?? Included;
}
