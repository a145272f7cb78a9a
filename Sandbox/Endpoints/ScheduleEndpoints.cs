using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class ScheduleEndpoints
{
    private const string Kind = "subscription_schedule";
    private const string Root = "/v1/subscription_schedules";
    private const string Write = "subscription_write";
    private const string Shared = "end_behavior metadata:m default_settings:o{collection_method default_payment_method description} " + SchedulePhases.Fields;
    private static readonly string[] Ends = ["release", "cancel"];

    public static void Map(Routes routes)
    {
        routes.List(Root, Kind, "subscription_read", "customer", Wanted, "scheduled:b canceled_at:r completed_at:r released_at:r");
        routes.Post(Root, Write, "subscription_schedule.created", "customer from_subscription start_date:t " + BillingModeArgs.Fields + " " + Shared, Create);
        routes.One(Root + "/{id}", Kind, "subscription_read", "schedule");
        routes.Post(Root + "/{id}", Write, "subscription_schedule.updated", Shared + " proration_behavior", Update);
        routes.Post(Root + "/{id}/cancel", Write, "subscription_schedule.canceled", "invoice_now:b prorate:b", Cancel);
        routes.Post(Root + "/{id}/release", Write, "subscription_schedule.released", "preserve_cancel_date:b", call =>
        {
            var schedule = Open(call);
            Schedules.Release(call.Unit, schedule);
            return schedule;
        });
    }

    private static bool Wanted(Call call, JsonObject schedule) =>
        (call.Args.Bool("scheduled") != true || schedule.Text("status") == "not_started")
        && ((string[])["canceled_at", "completed_at", "released_at"]).All(at =>
            !call.Args.Has(at) || (schedule[at] is not null && CreatedWindow.Holds(schedule.Whole(at), call.Args.Values[at], at)));

    private static JsonObject Create(Call call)
    {
        if (call.Args.Has("from_subscription"))
        {
            return FromSubscription(call);
        }

        var customer = call.Refer("customer", "customer");
        var start = call.Args.Text("start_date") == "now" ? call.Now : call.Args.Int("start_date") ?? call.Now;
        var phases = SchedulePhases.Read(call.Unit, call.Args, start);
        if (phases.Count == 0)
        {
            throw ApiError.Missing("phases");
        }

        var schedule = call.Unit.Put(SubscriptionScheduleObject.Create(
            call.Unit.NewId("sub_sched"), call.Now, customer.Id(), phases, End(call) ?? "release", customer.Text("test_clock"), BillingModeArgs.Read(call.Args)));
        Settings(call, schedule);
        call.Unit.Raise("subscription_schedule.created", schedule.Id());
        if (start <= call.Now)
        {
            Schedules.Advance(call.Unit, schedule);
        }

        return schedule;
    }

    private static JsonObject FromSubscription(Call call)
    {
        var subscription = call.Refer("subscription", "from_subscription");
        if (call.Args.Has("phases"))
        {
            throw ApiError.Invalid("You cannot set `phases` if `from_subscription` is set.", "phases");
        }

        if (subscription.Text("schedule") is { } known)
        {
            throw ApiError.Invalid($"You cannot migrate a subscription that is already attached to a schedule: {known}.", "from_subscription");
        }

        if (subscription.Text("status") == "canceled")
        {
            throw ApiError.Invalid("You cannot migrate a subscription that is canceled.", "from_subscription");
        }

        var phase = SchedulePhases.Running(subscription);
        var schedule = call.Unit.Put(SubscriptionScheduleObject.Create(
            call.Unit.NewId("sub_sched"), call.Now, subscription.Id("customer"), [phase], End(call) ?? "release", subscription.Text("test_clock"),
            subscription["billing_mode"]!.AsObject()));
        Settings(call, schedule);
        Schedules.Attach(call.Unit, schedule, subscription, phase);
        call.Unit.Raise("subscription_schedule.created", schedule.Id());
        return schedule;
    }

    private static JsonObject Update(Call call)
    {
        var schedule = Open(call);
        Settings(call, schedule);
        schedule["end_behavior"] = End(call) ?? schedule.Text("end_behavior");
        if (call.Args.Has("phases"))
        {
            Replace(call, schedule);
        }

        call.Unit.Raise("subscription_schedule.updated", schedule.Id());
        return schedule;
    }

    /// <summary>New phases must begin with the running one; what runs already keeps its start.</summary>
    private static void Replace(Call call, JsonObject schedule)
    {
        var current = schedule["current_phase"] as JsonObject;
        var start = current?.Whole("start_date") ?? schedule.Rows("phases").First().Whole("start_date");
        var phases = SchedulePhases.Read(call.Unit, call.Args, start);
        if (current is not null && !phases.Any(p => p.Whole("start_date") <= call.Now && p.Whole("end_date") > call.Now))
        {
            throw ApiError.Invalid("You must pass the current phase when updating the phases of an active schedule.", "phases");
        }

        schedule["phases"] = JsonFields.Array(phases);
        if (current is not null)
        {
            var running = phases.First(p => p.Whole("start_date") <= call.Now && p.Whole("end_date") > call.Now);
            schedule["current_phase"] = new JsonObject { ["end_date"] = running.Whole("end_date"), ["start_date"] = running.Whole("start_date") };
        }
    }

    private static JsonObject Cancel(Call call)
    {
        var schedule = Open(call);
        var running = schedule.Text("subscription");
        schedule["status"] = "canceled";
        schedule["canceled_at"] = call.Now;
        schedule["current_phase"] = null;
        call.Unit.Raise("subscription_schedule.canceled", schedule.Id());
        if (running is not null)
        {
            var args = new JsonObject { ["invoice_now"] = call.Args.Bool("invoice_now") ?? true, ["prorate"] = call.Args.Bool("prorate") ?? true };
            SubscriptionEndpoints.Cancel(new Call(call.Path, new Dictionary<string, string> { ["id"] = running }, new Args(args), call.Unit));
        }

        return schedule;
    }

    private static void Settings(Call call, JsonObject schedule)
    {
        Metadata.Merge(schedule, call.Args);
        call.Args.Object("default_settings")?.CopyTexts(
            schedule["default_settings"]!.AsObject(), "collection_method", "default_payment_method", "description");
    }

    private static string? End(Call call) => call.Args.Text("end_behavior") is not { } end || Ends.Contains(end)
        ? call.Args.Text("end_behavior")
        : throw ApiError.Invalid($"Invalid end_behavior: must be one of {string.Join(", ", Ends)}", "end_behavior");

    private static JsonObject Open(Call call)
    {
        var schedule = call.Edit(Kind, param: "schedule");
        return schedule.Text("status") is "not_started" or "active"
            ? schedule
            : throw ApiError.Invalid($"This subscription schedule is {schedule.Text("status")} and cannot be changed.", null, "subscription_schedule_not_open");
    }
}
