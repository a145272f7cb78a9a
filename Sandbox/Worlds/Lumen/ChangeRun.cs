using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>A prorated part of a period that waits for an invoice.</summary>
/// <param name="InvoiceItem">The <c>invoiceitem</c> document.</param>
/// <param name="Line">The line it becomes, without invoice and id.</param>
internal sealed record PendingProration(JsonObject InvoiceItem, LineItemSpec Line);

/// <summary>Changes price or quantity of a subscription's item within a period.</summary>
internal sealed class ChangeRun(CustomerRun customer, SubscriptionRun subscription)
{
    public void Apply(PlanChange change, long at)
    {
        var item = subscription.Items[change.Item];
        var before = subscription.Json["items"]!.DeepClone();
        var (oldPrice, oldQuantity, oldAmount) = (item.Price, item.Quantity, item.Amount);
        item.Price = change.Plan is null ? item.Price : customer.Price(change.Plan);
        item.Quantity = change.Quantity ?? item.Quantity;
        subscription.Refresh(item);
        if (change.Proration != "none")
        {
            Prorate(item, oldPrice, oldQuantity, -oldAmount, at, "Unused", item.CurrentLine);
            Prorate(item, item.Price, item.Quantity, item.Amount, at, "Remaining", null);
        }

        customer.Books.Emit(customer.Ids, at, "customer.subscription.updated", subscription.Json, new JsonObject { ["items"] = before });
        if (change.Proration == "always_invoice")
        {
            new InvoiceRun(customer, subscription).Draft(at, "subscription_update");
        }
    }

    private void Prorate(ItemRun item, JsonObject price, long? quantity, long amount, long at, string part, string? credits)
    {
        var (start, end) = subscription.Period;
        var line = new LineItemSpec
        {
            Id = "",
            Invoice = "",
            Amount = Amounts.Prorate(amount, at, start, end),
            Currency = customer.Script.Currency,
            Description = Text(price, quantity, at, part),
            PeriodStart = at,
            PeriodEnd = end,
            Quantity = quantity,
            Price = price.Id(),
            Product = price.Id("product"),
            UnitAmountDecimal = price.Whole("unit_amount"),
            Subscription = subscription.Id,
            SubscriptionItem = item.Id,
            InvoiceItem = customer.Ids.Next("ii", at),
            Proration = true,
            CreditedInvoice = credits is null ? null : subscription.CurrentInvoice,
            CreditedLines = credits is null ? [] : [credits],
        };
        var invoiceItem = InvoiceItem(line, at);
        customer.Books.Add(customer.Ids, at, invoiceItem, "invoiceitem.created");
        subscription.Pending.Add(new PendingProration(invoiceItem, line));
    }

    private string Text(JsonObject price, long? quantity, long at, string part)
    {
        var product = customer.Books.Catalogue.Product(price).Text("name");
        var what = quantity == 1 ? product : $"{quantity} × {product}";
        return $"{part} time on {what} after {Calendar.ShortDate(at)}";
    }

    private JsonObject InvoiceItem(LineItemSpec line, long at) => InvoiceItemObject.Create(new InvoiceItemSpec
    {
        Id = line.InvoiceItem!,
        Date = at,
        Customer = customer.Id,
        Amount = line.Amount,
        Currency = line.Currency,
        Description = line.Description,
        Subscription = line.Subscription,
        SubscriptionItem = line.SubscriptionItem,
        Proration = true,
        Quantity = line.Quantity,
        Price = line.Price,
        Product = line.Product,
        UnitAmountDecimal = line.UnitAmountDecimal,
        PeriodStart = line.PeriodStart,
        PeriodEnd = line.PeriodEnd,
    });
}
