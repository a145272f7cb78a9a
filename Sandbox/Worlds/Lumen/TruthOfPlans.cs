using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Entries about usage, about who will leave and stay, and about who is on the wrong plan.</summary>
internal static class TruthOfPlans
{
    /// <summary>What each unusual usage would be taken for.</summary>
    private static readonly Dictionary<string, string> LooksLike = new(StringComparer.Ordinal)
    {
        ["quarterly_close"] = "spike",
        ["quiet_weekends"] = "drop",
        ["steady_growth"] = "drift",
        ["constant_job"] = "stuck_meter",
        ["leaner_jobs"] = "drift",
        ["two_systems"] = "double_reporting",
        ["month_end_peak"] = "spike",
        ["august_dip"] = "drop",
    };

    private static readonly Dictionary<string, (string Direction, string Why)> Drivers = new(StringComparer.Ordinal)
    {
        ["overage_every_month"] = ("upgrade", "Calls beyond the allowance cost more than the next plan, month after month."),
        ["seats_growing"] = ("upgrade", "The number of seats has grown three times in a row."),
        ["business_barely_used"] = ("downgrade", "The largest plan for a handful of calls a day."),
        ["seats_given_back"] = ("downgrade", "Two thirds of the seats were given back and not taken again."),
    };

    public static JsonObject Usage(CustomerRun run)
    {
        var meter = run.Subscriptions[0].Meter!;
        var (from, to) = meter.Days(run.Random.Stream("usage"));
        var kind = meter.Shape.Kind switch { "fading" => "drift", "silent" => "drop", var other => other };
        return new JsonObject
        {
            ["kind"] = kind,
            ["looks_like"] = LooksLike.GetValueOrDefault(kind),
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = run.Subscriptions[0].Id,
            ["meter_event_name"] = "api_calls",
            ["from"] = from,
            ["to"] = to,
            ["usual_day"] = meter.Shape.Base,
            ["reported"] = meter.Reports.Where(report => from.Length > 0 && string.CompareOrdinal(Calendar.Date(report.At), from) >= 0 && string.CompareOrdinal(Calendar.Date(report.At), to) <= 0).Sum(report => report.Value),
        };
    }

    public static JsonObject Leaves(CustomerRun run) => Future(run, true);

    public static JsonObject Stays(CustomerRun run) => Future(run, false);

    public static JsonObject Driver(CustomerRun run)
    {
        var known = Drivers.TryGetValue(run.Script.Kind, out var driver);
        return new JsonObject
        {
            ["kind"] = run.Script.Kind,
            ["direction"] = known ? driver.Direction : null,
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["subscription"] = run.Subscriptions[0].Id,
            ["plan"] = run.Books.Catalogue.Product(run.Subscriptions[0].Items[0].Price).Id("name"),
            ["last_invoice"] = run.LastInvoice.Json.Id(),
            ["last_total"] = run.LastInvoice.Json.Whole("total"),
            ["why"] = known ? driver.Why : "It happened once, or comes and goes with the calendar.",
        };
    }

    private static JsonObject Future(CustomerRun run, bool leaves) => new()
    {
        ["kind"] = run.Script.Kind,
        ["customer"] = run.Id,
        ["customer_name"] = run.Script.Name,
        ["subscription"] = run.Subscriptions[0].Id,
        ["will_churn"] = leaves,
        ["leaves_on"] = leaves ? Calendar.Date(Calendar.NowUnix + run.Random.Stream("leaves").Between(12, 60) * Calendar.Day) : null,
        ["signals"] = JsonFields.Array(Signals(run)),
    };

    private static IEnumerable<JsonObject> Signals(CustomerRun run)
    {
        foreach (var change in run.Subscriptions[0].Script.Changes)
        {
            yield return Signal(change.Plan is null ? "seats_changed" : "plan_changed", change.At, change.Plan ?? $"{change.Quantity} seats");
        }

        foreach (var trouble in run.Script.CardTroubles)
        {
            yield return Signal("payment_declined", trouble.From, trouble.DeclineCode);
        }

        foreach (var invoice in run.Invoices.Where(invoice => run.Script.PaysLater > 0 && invoice.PaidBy is not null))
        {
            yield return Signal("paid_late", invoice.PaidBy!.Whole("created"), $"{(invoice.PaidBy!.Whole("created") - invoice.Json.Whole("created")) / Calendar.Day} days");
        }

        if (run.Subscriptions[0].Meter is { } meter && meter.Days(run.Random.Stream("usage")) is { From.Length: > 0 } days)
        {
            yield return Signal("usage_changed", DateTimeOffset.Parse(days.From + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds(), $"until {days.To}");
        }
    }

    private static JsonObject Signal(string signal, long at, string text) => new() { ["signal"] = signal, ["date"] = Calendar.Date(at), ["text"] = text };
}
