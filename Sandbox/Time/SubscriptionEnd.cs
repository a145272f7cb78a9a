using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>
/// A subscription ends when it was told to: at the end of its period or at an instant. Usage not yet billed is billed,
/// and the rest of a period that was paid is credited unless that was ruled out.
/// </summary>
internal sealed class SubscriptionEnd : IDueWork
{
    public string Name => "subscription.end";

    public string Kind => "subscription";

    public long? DueAt(JsonObject value)
    {
        if (!Subscriptions.IsRunning(value))
        {
            return null;
        }

        return (long?)value["cancel_at"]
            ?? ((bool?)value["cancel_at_period_end"] == true ? value.Rows("items").Max(i => (long?)i.Whole("current_period_end")) : null);
    }

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var subscription = unit.Edit(value.Id());
        var owed = unit.Scratch();
        var anything = SubscriptionInvoice.Draft(owed, owed.Edit(value.Id()), "subscription_cycle", Usage(owed, value)).Rows("lines").Any();
        owed.RollBack();
        if ((bool?)subscription[Subscriptions.Prorates] == true && subscription.Text("status") != "trialing")
        {
            var proration = new Proration(unit, subscription, unit.Now);
            subscription.Rows("items").Where(i => i.Whole("current_period_end") > unit.Now).ToList().ForEach(proration.Unused);
        }

        Subscriptions.End(unit, subscription, unit.Now);
        if (anything)
        {
            var invoice = SubscriptionInvoice.Draft(unit, subscription, "subscription_cycle", Usage(unit, subscription));
            invoice["period_start"] = subscription.Rows("items").Min(i => i.Whole("current_period_start"));
            invoice["automatically_finalizes_at"] = unit.Now + Invoicing.DraftSeconds;
        }
    }

    private static Func<string, IEnumerable<JsonObject>> Usage(UnitOfWork unit, JsonObject subscription) =>
        id => new SubscriptionLines(unit, subscription, id).Usage();
}
