using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What a meter counted of a customer: in one sum, by hour or by day, newest window first.</summary>
internal static class MeterSummaries
{
    public static JsonObject List(Call call)
    {
        var meter = call.Load("billing.meter");
        var customer = call.Refer("customer", "customer").Id();
        var (start, end) = (call.Args.Int("start_time")!.Value, call.Args.Int("end_time")!.Value);
        if (end <= start)
        {
            throw ApiError.Invalid("`end_time` must be after `start_time`.", "end_time");
        }

        var step = Window(call.Args.Text("value_grouping_window"), start, end);
        var counted = Metering.Events(call.Unit, meter, customer)
            .Where(e => e.Whole("timestamp") >= start && e.Whole("timestamp") < end)
            .ToLookup(e => (e.Whole("timestamp") - start) / step);
        List<JsonObject> summaries = [];
        for (var at = (end - start + step - 1) / step - 1; at >= 0; at--)
        {
            // Windows in which nothing happened are left out, as Stripe does; without windows the one sum is always there.
            if (counted.Contains(at) || call.Args.Text("value_grouping_window") is null)
            {
                var from = start + (at * step);
                summaries.Add(MeterEventObject.Summary(
                    $"mtrusg_{meter.Id()[4..]}{customer[4..]}{from}", meter.Id(), Metering.Aggregate(meter, counted[at]), from, Math.Min(from + step, end)));
            }
        }

        return Listing.PageOf(call, summaries);
    }

    private static long Window(string? window, long start, long end)
    {
        var step = window switch
        {
            null => end - start,
            "hour" => 3600,
            "day" => Balances.Day,
            _ => throw ApiError.Invalid("Invalid value_grouping_window: must be one of day or hour", "value_grouping_window"),
        };
        var grain = window is null ? 60 : step;
        foreach (var (name, instant) in ((string, long)[])[("start_time", start), ("end_time", end)])
        {
            if (instant % grain != 0)
            {
                throw ApiError.Invalid($"`{name}` must be aligned with {(window is null ? "minute" : window)} boundaries.", name);
            }
        }

        return step;
    }
}
