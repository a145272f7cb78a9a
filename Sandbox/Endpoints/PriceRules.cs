using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What makes a price possible.</summary>
internal static class PriceRules
{
    private static readonly string[] Intervals = ["day", "week", "month", "year"];

    /// <summary>Refuses a price that could not be billed.</summary>
    public static void Check(Call call)
    {
        var args = call.Args;
        var currency = args.Required("currency").ToLowerInvariant();
        if (!Currencies.Knows(currency))
        {
            throw ApiError.Invalid($"Invalid currency: {currency}.", "currency");
        }

        if (args.Int("unit_amount") is < 0)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 0.", "unit_amount", "parameter_invalid_integer");
        }

        if (args.Has("tiers") || args.Text("billing_scheme") == "tiered")
        {
            Tiers(args);
        }
        else if (args.Int("unit_amount") is null && args.Text("unit_amount_decimal") is null)
        {
            throw ApiError.Invalid("One of the following params should be provided for this request: unit_amount or unit_amount_decimal.", "unit_amount", "parameter_missing");
        }

        if (args.Object("recurring") is { } recurring)
        {
            Recurring(call, recurring);
        }

        if (args.Object("transform_quantity") is { } package && (package.Int("divide_by") is not > 0 || package.Text("round") is not ("up" or "down")))
        {
            throw ApiError.Invalid("transform_quantity needs divide_by of at least 1 and round of up or down.", "transform_quantity");
        }
    }

    /// <summary>What <see cref="PriceObject"/> does not know.</summary>
    public static void Apply(Call call, JsonObject price)
    {
        if (call.Args.Object("transform_quantity") is { } package)
        {
            price["transform_quantity"] = new JsonObject { ["divide_by"] = package.Int("divide_by"), ["round"] = package.Text("round") };
        }

        if (call.Args.Text("lookup_key") is not { } key || call.Unit.Where("price", "lookup_key", key).FirstOrDefault() is not { } taken)
        {
            return;
        }

        if (call.Args.Bool("transfer_lookup_key") != true)
        {
            throw ApiError.Invalid($"A price ({taken.Id()}) already uses that lookup key.", "lookup_key");
        }

        call.Unit.Edit(taken.Id())["lookup_key"] = null;
    }

    private static void Tiers(Args args)
    {
        var tiers = args.Objects("tiers");
        if (tiers.Count == 0)
        {
            throw ApiError.Missing("tiers");
        }

        if (args.Text("tiers_mode") is not ("graduated" or "volume"))
        {
            throw args.Has("tiers_mode") ? ApiError.Invalid("Invalid tiers_mode: must be one of graduated or volume", "tiers_mode") : ApiError.Missing("tiers_mode");
        }

        if (tiers[^1].Text("up_to") != "inf")
        {
            throw ApiError.Invalid("The last tier must have `up_to` set to inf.", $"tiers[{tiers.Count - 1}][up_to]");
        }

        long last = 0;
        foreach (var (tier, i) in tiers.Take(tiers.Count - 1).Select((t, i) => (t, i)))
        {
            if (!long.TryParse(tier.Text("up_to"), out var upTo) || upTo <= last)
            {
                throw ApiError.Invalid("Tiers must rise: each `up_to` must be a whole number above the one before.", $"tiers[{i}][up_to]");
            }

            last = upTo;
        }
    }

    private static void Recurring(Call call, Args recurring)
    {
        if (!Intervals.Contains(recurring.Text("interval")))
        {
            throw ApiError.Invalid($"Invalid interval: must be one of {string.Join(", ", Intervals)}", "recurring[interval]");
        }

        if (recurring.Int("interval_count") is < 1)
        {
            throw ApiError.Invalid("This value must be greater than or equal to 1.", "recurring[interval_count]", "parameter_invalid_integer");
        }

        var meter = recurring.Text("meter");
        if (meter is not null && call.Unit.Find(meter)?.Text("object") != "billing.meter")
        {
            throw ApiError.NotFound("billing.meter", meter, "recurring[meter]", 400);
        }

        if (recurring.Text("usage_type") == "metered" && meter is null)
        {
            throw ApiError.Invalid("Metered prices must be backed by a meter.", "recurring[meter]", "parameter_missing");
        }
    }
}
