using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Money of a charge becomes available.</summary>
internal sealed class BalanceSettlement : IDueWork
{
    public string Name => "balance_transaction.settle";

    public string Kind => "balance_transaction";

    public long? DueAt(JsonObject value) => Balances.IsPending(value) ? value.Whole("available_on") : null;

    public void Run(UnitOfWork unit, JsonObject value) => unit.Edit(value.Id())["status"] = "available";
}
