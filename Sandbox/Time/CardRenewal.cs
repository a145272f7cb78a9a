using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>The network replaces an expired card of those whose bank takes part, as the world says.</summary>
internal sealed class CardRenewal(AccountState account) : IDueWork
{
    private const long Years = 3;

    public string Name => "payment_method.renew";

    public string Kind => "payment_method";

    public IEnumerable<JsonObject> Candidates(AccountState account) =>
        account.PaymentBehaviours.Where(b => PaymentBehaviour.Parse(b.Value).Renewed).Select(b => account.Find(b.Key)).OfType<JsonObject>();

    public long? DueAt(JsonObject value) =>
        value["customer"] is not null && value["card"] is JsonObject card && PaymentBehaviour.Of(account, value.Id()).Renewed
            ? new DateTimeOffset((int)card.Whole("exp_year"), (int)card.Whole("exp_month"), 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1).ToUnixTimeSeconds()
            : null;

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var card = unit.Edit(value.Id())["card"]!.AsObject();
        card["exp_year"] = card.Whole("exp_year") + Years;
        unit.Raise("payment_method.automatically_updated", value.Id());
    }
}
