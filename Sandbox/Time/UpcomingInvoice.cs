using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Some days before a renewal an event shows the invoice it will bring.</summary>
internal sealed class UpcomingInvoice(Func<BillingSettings> settings) : IDueWork
{
    private const long Day = 86_400;
    private const string Told = "_upcoming_told";

    public string Name => "invoice.upcoming";

    public string Kind => "subscription";

    public bool IsNews => true;

    public long? DueAt(JsonObject value)
    {
        if (!Subscriptions.IsRunning(value) || (bool?)value["cancel_at_period_end"] == true || value["cancel_at"] is not null)
        {
            return null;
        }

        var (start, end) = Period(value);
        var days = settings().UpcomingDays;
        var at = end - (days * Day);
        return (long?)value[Told] == end || at < start || days == 0 ? null : at;
    }

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var end = Period(value).End;
        unit.Edit(value.Id())[Told] = end;
        var scratch = unit.Scratch();
        var subscription = scratch.Edit(value.Id());
        var shown = (JsonObject)SubscriptionInvoice.Draft(
            scratch, subscription, "upcoming", id => new SubscriptionLines(scratch, subscription, id).Period(next: true), end).DeepClone();
        scratch.RollBack();
        shown.Remove("id");
        (shown["created"], shown["period_start"], shown["period_end"]) = (end, Period(value).Start, end);
        shown["next_payment_attempt"] = shown.Text("collection_method") == "send_invoice" ? null : end + Invoicing.DraftSeconds;
        unit.Announce("invoice.upcoming", shown);
    }

    private static (long Start, long End) Period(JsonObject subscription)
    {
        var first = subscription.Rows("items").MinBy(i => i.Whole("current_period_end"))!;
        return (first.Whole("current_period_start"), first.Whole("current_period_end"));
    }
}
