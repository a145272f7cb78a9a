using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What meters count: events in a window of time, without those taken back.</summary>
internal static class Metering
{
    /// <summary>Set on an event that was taken back. Never shown.</summary>
    public const string Canceled = "_canceled";

    /// <summary>What a meter counted of a customer from <paramref name="from"/> to before <paramref name="to"/> (Unix seconds).</summary>
    public static decimal Used(UnitOfWork unit, JsonObject meter, string customer, long from, long to) =>
        Aggregate(meter, Events(unit, meter, customer).Where(e => e.Whole("timestamp") >= from && e.Whole("timestamp") < to));

    /// <summary>Events of a customer that count, oldest first.</summary>
    public static IEnumerable<JsonObject> Events(UnitOfWork unit, JsonObject meter, string customer)
    {
        var key = meter.TextAt("customer_mapping.event_payload_key") ?? "stripe_customer_id";
        var found = key == "stripe_customer_id"
            ? unit.Where("billing.meter_event", "payload.stripe_customer_id", customer)
            : unit.All("billing.meter_event").Where(e => e.TextAt($"payload.{key}") == customer);
        return found.Where(e => e.Text("event_name") == meter.Text("event_name") && e[Canceled] is null);
    }

    public static decimal Aggregate(JsonObject meter, IEnumerable<JsonObject> events) => meter.TextAt("default_aggregation.formula") switch
    {
        "count" => events.Count(),
        "last" => events.OrderBy(e => e.Whole("timestamp")).LastOrDefault() is { } last ? Value(meter, last) : 0,
        _ => events.Sum(e => Value(meter, e)),
    };

    private static decimal Value(JsonObject meter, JsonObject e) =>
        decimal.TryParse(e.TextAt("payload." + (meter.TextAt("value_settings.event_payload_key") ?? "value")), NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            ? value
            : 0;
}
