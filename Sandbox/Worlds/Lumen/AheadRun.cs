using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What is settled about a subscription and still to come: its end, its next plan, the end of its trial.</summary>
internal sealed class AheadRun(CustomerRun customer, SubscriptionRun subscription)
{
    private const long TrialWarning = 3 * Calendar.Day;

    public void Plan()
    {
        var timeline = customer.Books.Timeline;
        if (subscription.OnTrial)
        {
            timeline.At(subscription.Period.End - TrialWarning, at => customer.Books.Emit(customer.Ids, at, "customer.subscription.trial_will_end", subscription.Json));
        }

        if (subscription.Script.EndRequest is { } end)
        {
            timeline.At(end.At, at => Ask(at, subscription.Period.End));
            timeline.At(end.TakenBackAt ?? long.MaxValue, at => Ask(at, null));
        }

        if (subscription.Script.PlanAhead is { } ahead)
        {
            timeline.At(ahead.At, at => Schedule(ahead, at));
        }
    }

    /// <param name="end">Unix seconds; null takes the request back.</param>
    private void Ask(long at, long? end)
    {
        var json = subscription.Json;
        var before = new JsonObject { ["cancel_at_period_end"] = json["cancel_at_period_end"]!.DeepClone(), ["cancel_at"] = json["cancel_at"]?.DeepClone() };
        json["cancel_at_period_end"] = end is not null;
        json["cancel_at"] = end;
        json["canceled_at"] = end is null ? null : at;
        json["cancellation_details"]!["reason"] = end is null ? null : "cancellation_requested";
        customer.Books.Emit(customer.Ids, at, "customer.subscription.updated", json, before);
    }

    private void Schedule(PlanAhead ahead, long at)
    {
        var (start, end) = subscription.Period;
        var price = subscription.Price(ahead.Plan).Id();
        var schedule = SubscriptionScheduleObject.Create(
            customer.Ids.Next("sub_sched", at), at, customer.Id,
            [
                Phase(start, end, subscription.Items.Select(item => (item.Price.Id(), item.Quantity))),
                Phase(end, Calendar.Renewal(end, 1, subscription.Script.Interval), subscription.Items.Select((item, index) => (index == 0 ? price : item.Price.Id(), item.Quantity))),
            ],
            "release");
        schedule["status"] = "active";
        schedule["subscription"] = subscription.Id;
        schedule["current_phase"] = new JsonObject { ["end_date"] = end, ["start_date"] = start };
        subscription.Json["schedule"] = schedule.Id();
        customer.Books.Add(customer.Ids, at, schedule, "subscription_schedule.created");
        customer.Books.Timeline.At(ahead.ReleasedAt ?? long.MaxValue, then => Release(schedule, then));
    }

    private JsonObject Phase(long start, long end, IEnumerable<(string Price, long? Quantity)> items)
    {
        var phase = SubscriptionScheduleObject.Phase(
            start, end, subscription.Currency, items.Select(item => SubscriptionScheduleObject.Item(item.Price, item.Quantity)), "none");
        phase["default_tax_rates"] = subscription.Json["default_tax_rates"]!.DeepClone();
        return phase;
    }

    private void Release(JsonObject schedule, long at)
    {
        schedule["status"] = "released";
        schedule["released_at"] = at;
        schedule["current_phase"] = null;
        schedule["released_subscription"] = subscription.Id;
        schedule["subscription"] = null;
        subscription.Json["schedule"] = null;
        customer.Books.Emit(customer.Ids, at, "subscription_schedule.released", schedule);
    }
}
