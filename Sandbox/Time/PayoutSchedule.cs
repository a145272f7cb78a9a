using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>Pays out what is available, as often as the account's settings say. What is negative is carried on.</summary>
internal sealed class PayoutSchedule : IDueWork
{
    public string Name => "payout.schedule";

    public string Kind => "account";

    public long? DueAt(JsonObject value) => PayoutSettings.Interval(value) == "manual" ? null : value[PayoutSettings.Next]?.Whole();

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var account = unit.Edit(value.Id());
        account[PayoutSettings.Next] = PayoutSettings.After(account, unit.Now);
        unit.As(account.Id(), () => Payouts.Sweep(unit, Balances.All(unit)));
    }
}
