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
        item.Price = change.Plan is null ? item.Price : subscription.Price(change.Plan);
        item.Quantity = change.Quantity ?? item.Quantity;
        subscription.Refresh(item);
        if (change.Proration != "none")
        {
            Prorations(change, item, (oldPrice, oldQuantity, oldAmount), at);
        }

        customer.Books.Emit(customer.Ids, at, "customer.subscription.updated", subscription.Json, new JsonObject { ["items"] = before });
        if (change.Proration == "always_invoice")
        {
            new InvoiceRun(customer, subscription).Draft(at, "subscription_update");
        }
    }

    private void Prorations(PlanChange change, ItemRun item, (JsonObject Price, long? Quantity, long Amount) old, long at)
    {
        var (start, end) = subscription.Period;
        var (credit, debit) = (Amounts.Prorate(-old.Amount, at, start, end), Amounts.Prorate(item.Amount, at, start, end));
        if (change.Mistake == "credit_missing")
        {
            subscription.CreditOwed = credit;
        }
        else
        {
            Prorate(item, old.Price, old.Quantity, credit, credit, at, "Unused", item.CurrentLine);
        }

        var charged = change.Mistake switch
        {
            "whole_period" => item.Amount,
            "wrong_days" => Amounts.Prorate(item.Amount, Math.Max(start, at - 6 * Calendar.Day), start, end),
            _ => debit,
        };
        Prorate(item, item.Price, item.Quantity, charged, debit, at, "Remaining", null);
        if (change.Mistake == "charged_twice")
        {
            Prorate(item, item.Price, item.Quantity, charged, 0, at, "Remaining", null);
        }
    }

    private void Prorate(ItemRun item, JsonObject price, long? quantity, long amount, long right, long at, string part, string? credits)
    {
        var end = subscription.Period.End;
        var line = new LineItemSpec
        {
            Id = "",
            Invoice = "",
            Amount = amount,
            Currency = subscription.Currency,
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
        subscription.Prorated.Add((invoiceItem.Id(), amount, right));
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
