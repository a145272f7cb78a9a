using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Credits unused time and charges remaining time, to the second, as pending invoice items.</summary>
internal sealed class Proration(UnitOfWork unit, JsonObject subscription, long at)
{
    /// <summary>The credit for what an item still had to run.</summary>
    public void Unused(JsonObject item) => Add(item, -1, "Unused time on");

    /// <summary>The charge for what an item has to run.</summary>
    public void Remaining(JsonObject item) => Add(item, 1, "Remaining time on");

    private void Add(JsonObject item, int sign, string words)
    {
        var price = unit.Find(item["price"]!.AsObject().Id()) ?? item["price"]!.AsObject();
        if (Prices.IsMetered(price))
        {
            return;
        }

        var (start, end) = (item.Whole("current_period_start"), item.Whole("current_period_end"));
        var left = Math.Clamp(end - at, 0, end - start);
        var quantity = item["quantity"] is null ? 1 : item.Whole("quantity");
        var amount = sign * Prices.Round(Prices.Cost(price, quantity) * left / (end - start), price.Id("currency"));
        var made = unit.Put(InvoiceItemObject.Create(new InvoiceItemSpec
        {
            Id = unit.NewId("ii"),
            Date = at,
            Customer = subscription.Id("customer"),
            Amount = amount,
            Currency = price.Id("currency"),
            Description = $"{words} {Label(price, quantity)} after {DateTimeOffset.FromUnixTimeSeconds(at):dd MMM yyyy}",
            Subscription = subscription.Id(),
            SubscriptionItem = item.Id(),
            Proration = true,
            Quantity = quantity,
            Price = price.Id(),
            Product = price.Text("product"),
            UnitAmountDecimal = Prices.UnitAmount(price),
            PeriodStart = at,
            PeriodEnd = end,
        }));
        unit.Raise("invoiceitem.created", made.Id());
    }

    private string Label(JsonObject price, long quantity)
    {
        var name = unit.Find(price.Text("product") ?? "")?.Text("name") ?? price.Text("nickname") ?? price.Id();
        return quantity == 1 ? name : $"{quantity} × {name}";
    }
}
