using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>A customer who was asked in a way that works on them gives a card that pays, and pays what is open.</summary>
internal sealed class PayerAnswer : IDueWork
{
    public string Name => "customer.answers";

    public string Kind => "customer";

    public IEnumerable<JsonObject> Candidates(AccountState account) => account.Made("customer");

    public long? DueAt(JsonObject value) => (long?)value[Payers.AnswersAt];

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var customer = unit.Edit(value.Id());
        customer.Remove(Payers.AnswersAt);
        Payers.GiveCard(unit, customer);
        foreach (var open in Payers.Open(unit, customer.Id()))
        {
            Payers.Pay(unit, unit.Edit(open.Id()));
        }
    }
}
