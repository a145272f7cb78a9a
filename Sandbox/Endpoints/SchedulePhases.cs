using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Reads the phases of a schedule from a request, or from a running subscription.</summary>
internal static class SchedulePhases
{
    public const string Fields =
        "phases:l{items*:l{price* quantity:i metadata:m tax_rates:l discounts:l{coupon promotion_code discount} billing_thresholds:o{usage_gte*:i}} start_date:t end_date:t duration:o{interval* interval_count:i} proration_behavior metadata:m description "
        + "collection_method default_payment_method currency trial_end:t discounts:l{coupon promotion_code discount} add_invoice_items:l{price* quantity:i} default_tax_rates:l on_behalf_of "
        + "automatic_tax:o{enabled*:b liability:o{type* account}} billing_thresholds:o{amount_gte:i reset_billing_cycle_anchor:b} transfer_data:o{destination* amount_percent:d} "
        + "invoice_settings:o{account_tax_ids:l custom_fields:l{name* value*} days_until_due:i description footer issuer:o{type* account}}}";

    /// <summary>Settings that a phase holds as they were sent and the subscription takes over when it begins.</summary>
    public static readonly string[] Carried = ["billing_thresholds", "transfer_data", "on_behalf_of"];

    private static readonly string[] Behaviours = ["create_prorations", "always_invoice", "none"];

    /// <summary>Phases one after the other, the first at <paramref name="start"/> (Unix seconds) unless it says its own.</summary>
    public static List<JsonObject> Read(UnitOfWork unit, Args args, long start)
    {
        List<JsonObject> phases = [];
        foreach (var (sent, index) in args.Objects("phases").Select((p, i) => (p, i)))
        {
            var param = $"phases[{index}]";
            var begins = sent.Int("start_date") ?? (sent.Text("start_date") == "now" ? unit.Now : start);
            if (index > 0 && begins != start)
            {
                throw ApiError.Invalid("A phase must start when the one before it ends.", $"{param}[start_date]");
            }

            phases.Add(Phase(unit, sent, begins, param));
            start = phases[^1].Whole("end_date");
        }

        return phases;
    }

    /// <summary>The running period of a subscription as one phase.</summary>
    public static JsonObject Running(JsonObject subscription)
    {
        var first = subscription.Rows("items").First();
        var phase = SubscriptionScheduleObject.Phase(
            first.Whole("current_period_start"), first.Whole("current_period_end"), subscription.Id("currency"),
            subscription.Rows("items").Select(RunningItem));
        foreach (var name in (string[])[.. Carried, "collection_method", "default_tax_rates", "description"])
        {
            phase[name] = subscription[name]?.DeepClone();
        }

        phase["automatic_tax"] = subscription["automatic_tax"]?.DeepClone();
        phase["invoice_settings"] = InvoiceSettings(subscription["invoice_settings"] as JsonObject, subscription["days_until_due"]);
        phase["discounts"] = Kept(subscription["discounts"]);
        phase["trial_end"] = subscription["trial_end"]?.DeepClone();
        return phase;
    }

    private static JsonObject RunningItem(JsonObject item)
    {
        var made = SubscriptionScheduleObject.Item(item["price"]!.AsObject().Id(), item["quantity"]?.Whole());
        made["tax_rates"] = item["tax_rates"]?.DeepClone() ?? new JsonArray();
        made["discounts"] = Kept(item["discounts"]);
        made["billing_thresholds"] = item["billing_thresholds"]?.DeepClone();
        return made;
    }

    private static JsonArray Kept(JsonNode? ids) => JsonFields.Array((ids as JsonArray ?? []).Select(id => new JsonObject { ["coupon"] = null, ["discount"] = (string)id!, ["promotion_code"] = null }));

    private static JsonArray Discounts(Args sent) => JsonFields.Array(sent.Objects("discounts").Select(d => new JsonObject
    {
        ["coupon"] = d.Text("coupon"),
        ["discount"] = d.Text("discount"),
        ["promotion_code"] = d.Text("promotion_code"),
    }));

    private static JsonObject InvoiceSettings(JsonObject? given, JsonNode? due)
    {
        var settings = new JsonObject { ["account_tax_ids"] = null, ["custom_fields"] = null, ["days_until_due"] = due?.DeepClone(), ["description"] = null, ["footer"] = null, ["issuer"] = null };
        foreach (var (name, value) in given ?? [])
        {
            settings[name] = value?.DeepClone();
        }

        return settings;
    }

    private static JsonObject Phase(UnitOfWork unit, Args sent, long start, string param)
    {
        var items = sent.Objects("items").Select((item, i) => Item(unit, item, $"{param}[items][{i}]")).ToList();
        if (items.Count == 0)
        {
            throw ApiError.Missing($"{param}[items]");
        }

        var price = unit.Find(items[0].Id("price"))!;
        var end = sent.Int("end_date") ?? End(sent.Object("duration"), price, start, param);
        if (end <= start)
        {
            throw ApiError.Invalid("The phase must end after it starts.", $"{param}[end_date]");
        }

        var behaviour = sent.Text("proration_behavior") ?? "create_prorations";
        if (!Behaviours.Contains(behaviour))
        {
            throw ApiError.Invalid($"Invalid proration_behavior: must be one of {string.Join(", ", Behaviours)}", $"{param}[proration_behavior]");
        }

        var phase = SubscriptionScheduleObject.Phase(start, end, sent.Text("currency") ?? price.Id("currency"), items, behaviour);
        sent.CopyTexts(phase, "description", "collection_method", "default_payment_method");
        phase["trial_end"] = sent.Int("trial_end");
        phase["metadata"] = Metadata.From(sent);
        phase["discounts"] = Discounts(sent);
        phase["default_tax_rates"] = TaxRateArgs.Read(unit, sent, "default_tax_rates", $"{param}[default_tax_rates]");
        phase["billing_thresholds"] = sent.Map("billing_thresholds")?.DeepClone();
        phase["on_behalf_of"] = sent.Text("on_behalf_of");
        phase["transfer_data"] = sent.Object("transfer_data") is { } transfer
            ? new JsonObject { ["amount_percent"] = transfer.Text("amount_percent") is { } share ? decimal.Parse(share, CultureInfo.InvariantCulture) : null, ["destination"] = transfer.Required("destination") }
            : null;
        if (sent.Object("automatic_tax") is { } tax)
        {
            phase["automatic_tax"] = new JsonObject { ["disabled_reason"] = null, ["enabled"] = tax.Bool("enabled"), ["liability"] = tax.Map("liability")?.DeepClone() };
        }

        if (sent.Map("invoice_settings") is { } settings)
        {
            phase["invoice_settings"] = InvoiceSettings(settings, settings["days_until_due"]);
        }

        phase["add_invoice_items"] = JsonFields.Array(sent.Objects("add_invoice_items").Select((extra, i) => Extra(unit, extra, $"{param}[add_invoice_items][{i}]")));
        return phase;
    }

    private static JsonObject Item(UnitOfWork unit, Args item, string param)
    {
        var price = Price(unit, item, param);
        var made = SubscriptionScheduleObject.Item(price.Id(), Prices.IsMetered(price) ? null : item.Int("quantity") ?? 1);
        made["metadata"] = Metadata.From(item);
        made["tax_rates"] = TaxRateArgs.Read(unit, item, "tax_rates", $"{param}[tax_rates]");
        made["discounts"] = Discounts(item);
        made["billing_thresholds"] = item.Map("billing_thresholds")?.DeepClone();
        return made;
    }

    private static JsonObject Extra(UnitOfWork unit, Args extra, string param) => new()
    {
        ["discounts"] = new JsonArray(),
        ["metadata"] = new JsonObject(),
        ["price"] = Price(unit, extra, param).Id(),
        ["quantity"] = extra.Int("quantity") ?? 1,
        ["tax_rates"] = new JsonArray(),
    };

    private static JsonObject Price(UnitOfWork unit, Args item, string param)
    {
        var id = item.Required("price");
        return unit.Find(id) is { } price && price.Text("object") == "price" ? price : throw ApiError.NotFound("price", id, $"{param}[price]", 400);
    }

    // Without an end a phase lasts one period of its price.
    private static long End(Args? duration, JsonObject price, long start, string param)
    {
        var interval = duration?.Text("interval") ?? price.TextAt("recurring.interval") ?? "month";
        var count = (int)(duration?.Int("interval_count") ?? (duration is null ? price.At("recurring.interval_count")?.Whole() ?? 1 : 1));
        var from = DateTimeOffset.FromUnixTimeSeconds(start);
        return (interval switch
        {
            "day" => from.AddDays(count),
            "week" => from.AddDays(7 * count),
            "month" => from.AddMonths(count),
            "year" => from.AddYears(count),
            _ => throw ApiError.Invalid("Invalid interval: must be one of day, month, week, year", $"{param}[duration][interval]"),
        }).ToUnixTimeSeconds();
    }
}
