using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Clocks of their own for customers under test. Advancing answers at once; the time passes afterwards.</summary>
internal static class TestClockEndpoints
{
    private const string Root = "/v1/test_helpers/test_clocks";
    private const string Event = "test_helpers.test_clock";

    public static void Map(Routes routes)
    {
        routes.List(Root, TestClocks.Kind, "test_clock_read");
        routes.Post(Root, "test_clock_write", "test_clock.created", "frozen_time*:t name", Create);
        routes.One(Root + "/{id}", TestClocks.Kind, "test_clock_read", "test_clock");
        routes.Delete(Root + "/{id}", "test_clock_write", "test_clock.deleted", "", Delete);
        routes.Post(Root + "/{id}/advance", "test_clock_write", "test_clock.advanced", "frozen_time*:t", Advance);
    }

    private static JsonObject Create(Call call)
    {
        var clock = call.Unit.Put(TestClocks.Create(call.Unit.NewId("clock"), call.Now, call.Args.Int("frozen_time")!.Value, call.Args.Text("name")));
        call.Unit.Raise(Event + ".created", clock.Id());
        return clock;
    }

    private static JsonObject Advance(Call call)
    {
        var clock = call.Edit(TestClocks.Kind, param: "test_clock");
        var (from, to) = (clock.Whole("frozen_time"), call.Args.Int("frozen_time")!.Value);
        if (clock.Text("status") != "ready")
        {
            throw ApiError.Invalid("Test clock advancement underway - cannot advance the clock until it is ready.", null, "test_clock_advancing");
        }

        if (to <= from)
        {
            throw ApiError.Invalid("The frozen time must be after the test clock's current frozen time.", "frozen_time");
        }

        if (to > TestClocks.Furthest(call.Unit, clock))
        {
            throw ApiError.Invalid(
                "Cannot advance a test clock by more than two intervals of the shortest subscription on it (two years where there is none). Advance in smaller steps.",
                "frozen_time");
        }

        clock["status"] = "advancing";
        clock["status_details"] = new JsonObject { ["advancing"] = new JsonObject { ["target_frozen_time"] = to } };
        call.Unit.Raise(Event + ".advancing", clock.Id());
        return clock;
    }

    private static JsonObject Delete(Call call)
    {
        call.Load(TestClocks.Kind, param: "test_clock");
        foreach (var customer in TestClocks.Customers(call.Unit, call.Id).ToList())
        {
            CustomerEndpoints.Delete(call.Unit, customer.Id());
        }

        // Money on its way comes by the world's clock then.
        foreach (var waiting in call.Unit.State.Made(BalanceSums.Kind).Where(m => (string?)m[DueIndex.SettlesBy] == call.Id && Balances.IsPending(m)).ToList())
        {
            call.Unit.Edit(waiting.Id()).Remove(DueIndex.SettlesBy);
        }

        call.Unit.Raise(Event + ".deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }
}
