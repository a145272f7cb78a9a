using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>What else a request can do to a subscription: one-off items, a trial moved, a first period cut short.</summary>
internal static class SubscriptionExtras
{
    /// <summary>One-off items for the next invoice.</summary>
    public static void Add(Call call, JsonObject subscription)
    {
        foreach (var (extra, i) in call.Args.Objects("add_invoice_items").Select((extra, i) => (extra, i)))
        {
            var wanted = (JsonObject)extra.Values.DeepClone();
            wanted["subscription"] = subscription.Id();
            InvoiceItems.Make(call, new Args(wanted), subscription.Id("customer"), subscription.Text("currency"), $"add_invoice_items[{i}]");
        }
    }

    /// <summary>Lines of a first period that ends at an anchor ahead: the part of the price that it lasts.</summary>
    public static IEnumerable<JsonObject> Stub(Call call, JsonObject subscription)
    {
        var unit = call.Unit;
        if (call.Args.Text("proration_behavior") == "none")
        {
            yield break;
        }

        foreach (var item in subscription.Rows("items").Where(i => i["quantity"] is not null))
        {
            var price = unit.Find(item["price"]!.AsObject().Id())!;
            var (start, end) = (item.Whole("current_period_start"), item.Whole("current_period_end"));
            var whole = Length(price, end);
            yield return LineItemObject.Create(new LineItemSpec
            {
                Id = unit.NewId("il"),
                Invoice = "",
                Amount = Prices.Round(Prices.Cost(price, item.Whole("quantity")) * (end - start) / whole, price.Id("currency")),
                Currency = price.Id("currency"),
                Description = $"Remaining time on {unit.Find(price.Text("product") ?? "")?.Text("name")} after {DateTimeOffset.FromUnixTimeSeconds(start):dd MMM yyyy}",
                PeriodStart = start,
                PeriodEnd = end,
                Quantity = item.Whole("quantity"),
                Price = price.Id(),
                Product = price.Text("product"),
                UnitAmountDecimal = Prices.UnitAmount(price),
                Subscription = subscription.Id(),
                SubscriptionItem = item.Id(),
                Proration = true,
            });
        }
    }

    /// <summary>Ends the trial now or at another time; the next period starts there.</summary>
    public static void MoveTrial(Call call, JsonObject subscription)
    {
        var now = call.Args.Text("trial_end") == "now";
        var end = now ? call.Now : call.Args.Int("trial_end") ?? throw ApiError.Invalid("Invalid timestamp: must be an integer Unix timestamp or \"now\".", "trial_end");
        if (end < call.Now)
        {
            throw ApiError.Invalid("Invalid timestamp: trial_end cannot be in the past.", "trial_end");
        }

        subscription["trial_start"] ??= call.Now;
        subscription["trial_end"] = end;
        subscription["billing_cycle_anchor"] = end;
        subscription["status"] = now ? "active" : "trialing";
        foreach (var item in subscription.Rows("items"))
        {
            item["current_period_start"] = call.Now;
            item["current_period_end"] = now ? Cycle.End(item["price"]!.AsObject(), end, end) : end;
        }

        SubscriptionInvoice.Bill(call.Unit, subscription, "subscription_update", invoice =>
            now ? new SubscriptionLines(call.Unit, subscription, invoice).Period(next: false) : new SubscriptionLines(call.Unit, subscription, invoice).Trial());
    }

    // The period that would end there if it were whole.
    private static long Length(JsonObject price, long end)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(end);
        var count = (int)(price.At("recurring.interval_count")?.Whole() ?? 1);
        var start = price.TextAt("recurring.interval") switch
        {
            "day" => at.AddDays(-count),
            "week" => at.AddDays(-7 * count),
            "year" => at.AddYears(-count),
            _ => at.AddMonths(-count),
        };
        return end - start.ToUnixTimeSeconds();
    }
}
