using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class MeterEndpoints
{
    private const string Kind = "billing.meter";
    private const string Write = "billing_meter_write";
    private static readonly string[] Formulas = ["sum", "count", "last"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/billing/meters", Kind, "billing_meter_read", "status(active|inactive)");
        routes.Post(
            "/v1/billing/meters", Write, "billing.meter.created",
            "display_name* event_name* event_time_window default_aggregation*:o{formula*} customer_mapping:o{event_payload_key* type*} value_settings:o{event_payload_key*}", Create);
        routes.One("/v1/billing/meters/{id}", Kind, "billing_meter_read");
        routes.Post("/v1/billing/meters/{id}", Write, "billing.meter.updated", "display_name", Update);
        routes.Post("/v1/billing/meters/{id}/deactivate", Write, "billing.meter.deactivated", "", call => Switch(call, active: false));
        routes.Post("/v1/billing/meters/{id}/reactivate", Write, "billing.meter.reactivated", "", call => Switch(call, active: true));
        routes.Get(
            "/v1/billing/meters/{id}/event_summaries", "billing_meter_read",
            "customer* start_time*:t end_time*:t value_grouping_window" + Listing.Paging, MeterSummaries.List);
    }

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var name = args.Required("event_name");
        if (call.Unit.All(Kind).Any(m => m.Text("event_name") == name && m.Text("status") == "active"))
        {
            throw ApiError.Invalid($"An active meter with the event name '{name}' exists already.", "event_name", "resource_already_exists");
        }

        var formula = args.Object("default_aggregation")!.Required("formula");
        if (!Formulas.Contains(formula))
        {
            throw ApiError.Invalid($"Invalid default_aggregation[formula]: must be one of {string.Join(", ", Formulas)}", "default_aggregation[formula]");
        }

        var meter = call.Unit.Put(MeterObject.Create(call.Unit.NewId("mtr"), call.Now, args.Required("display_name"), name));
        meter["default_aggregation"]!["formula"] = formula;
        args.CopyTexts(meter, "event_time_window");
        args.Object("customer_mapping")?.CopyTexts(meter["customer_mapping"]!.AsObject(), "event_payload_key", "type");
        args.Object("value_settings")?.CopyTexts(meter["value_settings"]!.AsObject(), "event_payload_key");
        call.Unit.Raise("billing.meter.created", meter.Id());
        return meter;
    }

    private static JsonObject Update(Call call)
    {
        var meter = call.Edit(Kind);
        call.Args.CopyTexts(meter, "display_name");
        meter["updated"] = call.Now;
        call.Unit.Raise("billing.meter.updated", meter.Id());
        return meter;
    }

    private static JsonObject Switch(Call call, bool active)
    {
        var meter = call.Edit(Kind);
        var status = active ? "active" : "inactive";
        if (meter.Text("status") == status)
        {
            throw ApiError.Invalid($"This meter is already {status}.", "id");
        }

        meter["status"] = status;
        meter["status_transitions"]!["deactivated_at"] = active ? null : call.Now;
        meter["updated"] = call.Now;
        call.Unit.Raise(active ? "billing.meter.reactivated" : "billing.meter.deactivated", meter.Id());
        return meter;
    }
}
