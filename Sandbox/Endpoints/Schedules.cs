using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Carries a subscription through the phases of its schedule.</summary>
internal static class Schedules
{
    private static readonly Dictionary<string, string> NoRoute = [];

    /// <summary>Unix seconds of the next change of phase; null when nothing is left to do.</summary>
    public static long? Next(JsonObject schedule) => schedule.Text("status") switch
    {
        "not_started" => schedule.Rows("phases").First().Whole("start_date"),
        "active" => schedule["current_phase"]!["end_date"]!.Whole(),
        _ => null,
    };

    /// <summary>Does what is due: starts the subscription, enters the next phase, or ends.</summary>
    public static void Advance(UnitOfWork unit, JsonObject schedule)
    {
        if (schedule.Text("status") == "not_started")
        {
            Start(unit, schedule);
            return;
        }

        var now = schedule["current_phase"]!["end_date"]!.Whole();
        if (schedule.Rows("phases").FirstOrDefault(p => p.Whole("start_date") == now) is { } next)
        {
            Enter(unit, schedule, next);
        }
        else
        {
            Complete(unit, schedule);
        }
    }

    /// <summary>Puts a schedule on top of a subscription that runs.</summary>
    public static void Attach(UnitOfWork unit, JsonObject schedule, JsonObject subscription, JsonObject phase)
    {
        schedule["status"] = "active";
        schedule["subscription"] = subscription.Id();
        Point(schedule, phase);
        unit.Edit(subscription.Id())["schedule"] = schedule.Id();
    }

    /// <summary>Lets the subscription run on without its schedule.</summary>
    public static void Release(UnitOfWork unit, JsonObject schedule)
    {
        schedule["status"] = "released";
        schedule["released_at"] = unit.Now;
        schedule["current_phase"] = null;
        if (schedule.Text("subscription") is { } id)
        {
            schedule["released_subscription"] = id;
            schedule["subscription"] = null;
            unit.Edit(id)["schedule"] = null;
        }

        unit.Raise("subscription_schedule.released", schedule.Id());
    }

    private static void Start(UnitOfWork unit, JsonObject schedule)
    {
        var phase = schedule.Rows("phases").First();
        var args = Common(unit, schedule, phase);
        args["customer"] = schedule.Id("customer");
        args["billing_mode"] = new JsonObject { ["type"] = schedule.TextAt("billing_mode.type"), ["flexible"] = schedule["billing_mode"]!["flexible"]?.DeepClone() };
        args["items"] = JsonFields.Array(phase.Rows("items").Select(Wanted));
        if (phase["trial_end"] is { } trial)
        {
            args["trial_end"] = trial.DeepClone();
        }

        var subscription = SubscriptionEndpoints.Create(new Call("/v1/subscriptions", NoRoute, new Args(args), unit));
        Carry(unit, phase, subscription.Id());
        Attach(unit, schedule, subscription, phase);
        unit.Raise("subscription_schedule.updated", schedule.Id());
    }

    private static void Enter(UnitOfWork unit, JsonObject schedule, JsonObject phase)
    {
        var subscription = unit.Find(schedule.Id("subscription"))!;
        if (subscription.Text("status") == "canceled")
        {
            schedule["status"] = "canceled";
            schedule["canceled_at"] = unit.Now;
            schedule["current_phase"] = null;
            unit.Raise("subscription_schedule.canceled", schedule.Id());
            return;
        }

        var args = Common(unit, schedule, phase);
        args["items"] = Changes(subscription, phase);
        // Where a period ends with the phase there is nothing to prorate.
        args["proration_behavior"] = subscription.Rows("items").All(i => i.Whole("current_period_end") <= unit.Now) ? "none" : phase.Text("proration_behavior");
        SubscriptionEndpoints.Update(new Call($"/v1/subscriptions/{subscription.Id()}", new Dictionary<string, string> { ["id"] = subscription.Id() }, new Args(args), unit));
        Carry(unit, phase, subscription.Id());
        Point(schedule, phase);
        unit.Raise("subscription_schedule.updated", schedule.Id());
    }

    private static void Complete(UnitOfWork unit, JsonObject schedule)
    {
        if (schedule.Text("end_behavior") != "cancel")
        {
            Release(unit, schedule);
            return;
        }

        schedule["status"] = "completed";
        schedule["completed_at"] = unit.Now;
        schedule["current_phase"] = null;
        if (unit.Find(schedule.Id("subscription")) is { } subscription && subscription.Text("status") != "canceled")
        {
            Subscriptions.End(unit, unit.Edit(subscription.Id()), unit.Now);
        }

        unit.Raise("subscription_schedule.completed", schedule.Id());
    }

    private static JsonObject Common(UnitOfWork unit, JsonObject schedule, JsonObject phase)
    {
        var args = new JsonObject { ["metadata"] = phase["metadata"]!.DeepClone() };
        foreach (var name in (string[])["description", "collection_method", "default_payment_method"])
        {
            if ((phase.Text(name) ?? schedule["default_settings"]!.AsObject().Text(name)) is { } value)
            {
                args[name] = value;
            }
        }

        if (phase.Rows("discounts").Any())
        {
            // A discount that was to be kept may have run out meanwhile.
            var running = (unit.Find(schedule.Text("subscription") ?? "")?["discounts"] as JsonArray ?? []).Select(d => (string)d!).ToList();
            args["discounts"] = Discounts(phase, running);
        }

        // Rates that a phase does not name are gone once it begins.
        args["default_tax_rates"] = Ids(phase["default_tax_rates"]);
        if (phase["invoice_settings"]?["days_until_due"] is { } due)
        {
            args["days_until_due"] = due.DeepClone();
        }

        foreach (var extra in phase.Rows("add_invoice_items"))
        {
            AddItem(unit, schedule, unit.Find(extra.Id("price"))!, extra.Whole("quantity"));
        }

        return args;
    }

    private static JsonArray Discounts(JsonObject phase, List<string> running) =>
        JsonFields.Array(phase.Rows("discounts").Where(d => d.Text("discount") is not { } kept || running.Contains(kept)).Select(d => new JsonObject(
            d.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())))));

    private static JsonArray Ids(JsonNode? rates) => JsonFields.Array((rates as JsonArray ?? []).Select(r => r!.AsObject().Id()));

    /// <summary>What a phase says of settings that no request to a subscription takes here.</summary>
    private static void Carry(UnitOfWork unit, JsonObject phase, string subscriptionId)
    {
        var subscription = unit.Edit(subscriptionId);
        foreach (var name in SchedulePhases.Carried)
        {
            subscription[name] = phase[name]?.DeepClone();
        }

        subscription["automatic_tax"] = phase["automatic_tax"]?.DeepClone() ?? new JsonObject { ["disabled_reason"] = null, ["enabled"] = false, ["liability"] = null };
    }

    private static void AddItem(UnitOfWork unit, JsonObject schedule, JsonObject price, long quantity)
    {
        var item = unit.Put(InvoiceItemObject.Create(new InvoiceItemSpec
        {
            Id = unit.NewId("ii"),
            Date = unit.Now,
            Customer = schedule.Id("customer"),
            Amount = Prices.Round(Prices.Cost(price, quantity)),
            Currency = price.Id("currency"),
            Description = unit.Find(price.Text("product") ?? "")?.Text("name"),
            Subscription = schedule.Text("subscription"),
            Quantity = quantity,
            Price = price.Id(),
            Product = price.Text("product"),
            UnitAmountDecimal = Prices.UnitAmount(price),
        }));
        unit.Raise("invoiceitem.created", item.Id());
    }

    /// <summary>Keeps items whose price stays, turns others into new ones, adds what is missing, deletes the rest.</summary>
    private static JsonArray Changes(JsonObject subscription, JsonObject phase)
    {
        var old = subscription.Rows("items").ToList();
        var wanted = phase.Rows("items").ToList();
        JsonArray changes = [];
        foreach (var item in wanted.ToList())
        {
            if (old.Find(o => o["price"]!.AsObject().Id() == item.Id("price")) is { } same)
            {
                changes.Add(Change(same, item));
                old.Remove(same);
                wanted.Remove(item);
            }
        }

        foreach (var (from, to) in old.Zip(wanted).ToList())
        {
            changes.Add(Change(from, to));
            old.Remove(from);
            wanted.Remove(to);
        }

        wanted.ForEach(item => changes.Add(Wanted(item)));
        old.ForEach(item => changes.Add(new JsonObject { ["id"] = item.Id(), ["deleted"] = true }));
        return changes;
    }

    private static JsonObject Change(JsonObject item, JsonObject wanted)
    {
        var change = Wanted(wanted, [.. (item["discounts"] as JsonArray ?? []).Select(d => (string)d!)]);
        change["id"] = item.Id();
        return change;
    }

    private static JsonObject Wanted(JsonObject item) => Wanted(item, []);

    /// <param name="running">Discounts that the item has now: one that was to be kept may have run out meanwhile.</param>
    private static JsonObject Wanted(JsonObject item, List<string> running)
    {
        var wanted = new JsonObject
        {
            ["price"] = item.Id("price"), ["metadata"] = item["metadata"]!.DeepClone(), ["tax_rates"] = Ids(item["tax_rates"]), ["discounts"] = Discounts(item, running),
        };
        if (item["quantity"] is { } quantity)
        {
            wanted["quantity"] = quantity.DeepClone();
        }

        return wanted;
    }

    private static void Point(JsonObject schedule, JsonObject phase) => schedule["current_phase"] = new JsonObject
    {
        ["end_date"] = phase.Whole("end_date"),
        ["start_date"] = phase.Whole("start_date"),
    };
}
