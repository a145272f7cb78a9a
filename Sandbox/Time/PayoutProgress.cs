using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A payout goes to the bank on the next day, and arrives or comes back on its arrival date.</summary>
internal sealed class PayoutProgress : IDueWork
{
    public string Name => "payout.progress";

    public string Kind => "payout";

    public long? DueAt(JsonObject value) => value.Text("status") switch
    {
        "pending" => Math.Min((value.Whole("created") / Balances.Day + 1) * Balances.Day, value.Whole("arrival_date") - 600),
        "in_transit" => value.Whole("arrival_date"),
        _ => null,
    };

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var payout = unit.Edit(value.Id());
        if (payout.Text("status") == "pending")
        {
            Payouts.Submit(unit, payout);
        }
        else
        {
            Payouts.Arrive(unit, payout);
        }
    }
}
