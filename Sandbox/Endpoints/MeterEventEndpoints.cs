using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Usage reported, and taken back.</summary>
internal static class MeterEventEndpoints
{
    private const string Kind = "billing.meter_event";
    private const long Back = 35 * Balances.Day;
    private const long Ahead = 300;
    private const string Write = "billing_meter_write";

    public static void Map(Routes routes)
    {
        routes.Post("/v1/billing/meter_events", Write, "billing.meter_event.created", "event_name* payload*:m identifier timestamp:t", Create);
        routes.Post("/v1/billing/meter_event_adjustments", Write, "billing.meter_event_adjustment.created", "event_name* type* cancel:o{identifier*}", Adjust);
    }

    private static JsonObject Create(Call call)
    {
        var (args, unit) = (call.Args, call.Unit);
        var name = args.Required("event_name");
        var meter = unit.All("billing.meter").FirstOrDefault(m => m.Text("event_name") == name && m.Text("status") == "active")
            ?? throw ApiError.Invalid($"No active meter found with the event name '{name}'.", "event_name", "resource_missing");
        var payload = args.Map("payload")!.ToDictionary(p => p.Key, p => p.Value!.ToString(), StringComparer.Ordinal);
        var customer = Customer(call, meter, payload);
        RequireValue(meter, payload);
        var at = args.Int("timestamp") ?? call.Now;
        if (at < call.Now - Back || at > call.Now + Ahead)
        {
            throw ApiError.Invalid("The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.", "timestamp", "timestamp_too_far");
        }

        var identifier = args.Text("identifier") ?? "mevt_" + unit.NewSecret(24);
        // Identifiers are kept apart for a day at least.
        if (unit.Where(Kind, "identifier", identifier).Any(e => e.Text("event_name") == name && e.Whole("created") > call.Now - Balances.Day))
        {
            throw ApiError.Invalid($"An event already exists with identifier {identifier}.", "identifier", "resource_already_exists");
        }

        var before = Alerts.Counted(unit, meter, customer);
        var made = unit.Put(MeterEventObject.Create(unit.NewId("mevt"), call.Now, name, identifier, payload, at));
        Alerts.Watch(unit, meter, customer, before);
        return made;
    }

    private static string Customer(Call call, JsonObject meter, Dictionary<string, string> payload)
    {
        var key = meter.TextAt("customer_mapping.event_payload_key") ?? "stripe_customer_id";
        var id = payload.GetValueOrDefault(key) ?? throw ApiError.Missing($"payload[{key}]");
        return call.Unit.Find(id) is { } customer && customer.Text("object") == "customer" && customer["deleted"] is null
            ? id
            : throw ApiError.NotFound("customer", id, $"payload[{key}]", 400);
    }

    private static void RequireValue(JsonObject meter, Dictionary<string, string> payload)
    {
        var key = meter.TextAt("value_settings.event_payload_key") ?? "value";
        if (meter.TextAt("default_aggregation.formula") == "count" && !payload.ContainsKey(key))
        {
            return;
        }

        var text = payload.GetValueOrDefault(key) ?? throw ApiError.Missing($"payload[{key}]");
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
        {
            throw ApiError.Invalid($"The value '{text}' is not a number.", $"payload[{key}]", "parameter_invalid_decimal");
        }
    }

    private static JsonObject Adjust(Call call)
    {
        if (call.Args.Required("type") != "cancel")
        {
            throw ApiError.Invalid("Invalid type: must be one of cancel", "type");
        }

        var name = call.Args.Required("event_name");
        var identifier = call.Args.Object("cancel")?.Required("identifier") ?? throw ApiError.Missing("cancel[identifier]");
        var found = call.Unit.Where(Kind, "identifier", identifier).LastOrDefault(e => e.Text("event_name") == name)
            ?? throw ApiError.NotFound("meter event", identifier, "cancel[identifier]", 400);
        if (call.Now - found.Whole("created") > Balances.Day)
        {
            throw ApiError.Invalid("A meter event can be canceled within 24 hours of being received.", "cancel[identifier]", "meter_event_too_old");
        }

        call.Unit.Edit(found.Id())[Metering.Canceled] = true;
        return call.Unit.Put(MeterEventObject.Adjustment(call.Unit.NewId("mevtadj"), name, identifier));
    }
}
