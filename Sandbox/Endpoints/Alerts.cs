using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Thresholds of usage: each triggers once a customer, when the usage since its making crosses it.</summary>
internal static class Alerts
{
    private const string Kind = "billing.alert";

    /// <summary>Customers that an alert has triggered for. Never shown.</summary>
    private const string Triggered = "_triggered";

    /// <summary>Unix seconds from which usage counts. Never shown.</summary>
    private const string Since = "_since";

    public static void Map(Routes routes)
    {
        routes.List("/v1/billing/alerts", Kind, "billing_meter_read", "alert_type meter=usage_threshold.meter", (_, alert) => alert.Text("status") != "archived");
        routes.Post("/v1/billing/alerts", "billing_meter_write", "billing.alert.created", "alert_type* title* usage_threshold:o{gte*:i meter* recurrence* filters:l{type customer}}", Create);
        routes.One("/v1/billing/alerts/{id}", Kind, "billing_meter_read");
        foreach (var (verb, status) in ((string, string)[])[("activate", "active"), ("deactivate", "inactive"), ("archive", "archived")])
        {
            routes.Post($"/v1/billing/alerts/{{id}}/{verb}", "billing_meter_write", $"billing.alert.{status}", "", call => Become(call, status));
        }
    }

    /// <summary>What every active alert on a meter counts of a customer now.</summary>
    public static Dictionary<string, decimal> Counted(UnitOfWork unit, JsonObject meter, string customer) => unit.All(Kind)
        .Where(a => a.Text("status") == "active" && a.TextAt("usage_threshold.meter") == meter.Id() && Concerns(a, customer))
        .ToDictionary(a => a.Id(), a => Metering.Used(unit, meter, customer, a.Whole(Since), long.MaxValue), StringComparer.Ordinal);

    /// <summary>Triggers what was crossed since <paramref name="before"/>.</summary>
    public static void Watch(UnitOfWork unit, JsonObject meter, string customer, Dictionary<string, decimal> before)
    {
        foreach (var (id, value) in Counted(unit, meter, customer))
        {
            var threshold = unit.Find(id)!["usage_threshold"]!["gte"]!.Whole();
            var done = unit.Find(id)![Triggered] as JsonArray ?? [];
            if (value < threshold || before.GetValueOrDefault(id) >= threshold || done.Any(c => (string?)c == customer))
            {
                continue;
            }

            var alert = unit.Edit(id);
            alert[Triggered] = JsonFields.Array([.. done.Select(c => (string)c!), customer]);
            var trigger = unit.Put(AlertObject.Triggered(unit.NewId("altr"), unit.Now, View.Of(alert), customer, value));
            unit.Raise("billing.alert.triggered", trigger.Id());
        }
    }

    private static bool Concerns(JsonObject alert, string customer) =>
        alert["usage_threshold"]!.AsObject().Rows("filters").Select(f => f.Text("customer")).ToList() is var wanted
        && (wanted.Count == 0 || wanted.Contains(customer));

    private static JsonObject Create(Call call)
    {
        if (call.Args.Required("alert_type") != "usage_threshold")
        {
            throw ApiError.Invalid("Invalid alert_type: must be one of usage_threshold", "alert_type");
        }

        var threshold = call.Args.Object("usage_threshold") ?? throw ApiError.Missing("usage_threshold");
        if (threshold.Required("recurrence") != "one_time")
        {
            throw ApiError.Invalid("Invalid usage_threshold[recurrence]: must be one of one_time", "usage_threshold[recurrence]");
        }

        var meter = threshold.Required("meter");
        if (call.Unit.Find(meter)?.Text("object") != "billing.meter")
        {
            throw ApiError.NotFound("billing.meter", meter, "usage_threshold[meter]", 400);
        }

        var alert = AlertObject.Create(
            call.Unit.NewId("alrt"), call.Args.Required("title"), meter, threshold.Int("gte")!.Value,
            [.. threshold.Objects("filters").Select(f => f.Required("customer"))]);
        alert[Since] = call.Now;
        return call.Unit.Put(alert);
    }

    private static JsonObject Become(Call call, string status)
    {
        var alert = call.Edit(Kind);
        if (alert.Text("status") == "archived")
        {
            throw ApiError.Invalid("This alert is archived and cannot be changed.", "id");
        }

        alert["status"] = status;
        return alert;
    }
}
