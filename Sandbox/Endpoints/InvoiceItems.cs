using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Charges and credits that wait for an invoice, or are put on a draft.</summary>
internal static class InvoiceItems
{
    /// <summary>An item as a request describes it: an amount, or a price and a quantity.</summary>
    /// <param name="prefix">The parameter around it; empty at the top level.</param>
    public static JsonObject Make(Call call, Args args, string customer, string? currency, string prefix = "")
    {
        var unit = call.Unit;
        var price = Price(unit, args, prefix);
        var quantity = args.Int("quantity") ?? 1;
        var each = args.Text("unit_amount_decimal") is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : price is null ? null : Prices.UnitAmount(price);
        var chosen = (args.Text("currency") ?? price?.Text("currency") ?? currency ?? throw ApiError.Missing(Name(prefix, "currency"))).ToLowerInvariant();
        var amount = args.Int("amount")
            ?? (price is not null && each is null ? Prices.Round(Prices.Cost(price, quantity), chosen) : (long?)null)
            ?? (each is { } unitAmount ? Prices.Round(unitAmount * quantity, chosen) : throw ApiError.Missing(Name(prefix, "amount")));
        CurrencyRules.RequireChargeable(amount, chosen, Name(prefix, "amount"));
        CurrencyRules.RequireOne(unit, customer, chosen);
        var item = unit.Put(InvoiceItemObject.Create(new InvoiceItemSpec
        {
            Id = unit.NewId("ii"),
            Date = call.Now,
            Customer = customer,
            Amount = amount,
            Currency = chosen,
            Description = args.Text("description") ?? (price is null ? null : unit.Find(price.Text("product") ?? "")?.Text("name")),
            Subscription = args.Text("subscription"),
            Quantity = quantity,
            Price = price?.Id(),
            Product = price?.Text("product"),
            UnitAmountDecimal = each,
            PeriodStart = args.Object("period")?.Int("start"),
            PeriodEnd = args.Object("period")?.Int("end"),
        }));
        item["metadata"] = Metadata.From(args);
        Apply(unit, args, item, prefix);
        unit.Raise("invoiceitem.created", item.Id());
        return item;
    }

    /// <summary>Discounts, tax rates and whether it can be discounted at all.</summary>
    public static void Apply(UnitOfWork unit, Args args, JsonObject item, string prefix = "")
    {
        item["discountable"] = args.Bool("discountable") ?? (bool)item["discountable"]!;
        if (args.Has("tax_rates"))
        {
            item["tax_rates"] = TaxRateArgs.Read(unit, args, "tax_rates", Name(prefix, "tax_rates"));
        }

        if (args.Has("discounts"))
        {
            item["discounts"] = Discounting.Apply(
                unit, args, new DiscountPlace(item.Id("customer"), InvoiceItem: item.Id()), item["discounts"], Name(prefix, "discounts"));
        }
    }

    /// <summary>Puts an item on a draft as its last line.</summary>
    public static void AddTo(UnitOfWork unit, JsonObject item, JsonObject invoice)
    {
        if (invoice.Text("status") != "draft")
        {
            throw ApiError.Invalid("This invoice is no longer editable", "invoice", "invoice_not_editable");
        }

        if (item.Text("currency") != invoice.Text("currency"))
        {
            throw ApiError.Invalid($"The currency of the invoice item ({item.Text("currency")}) must be the invoice's ({invoice.Text("currency")}).", "currency");
        }

        item["invoice"] = invoice.Id();
        ((JsonArray)invoice["lines"]!["data"]!).Add(Invoicing.Line(unit, item, invoice.Id()));
        InvoiceRepricing.Run(unit, invoice);
    }

    private static JsonObject? Price(UnitOfWork unit, Args args, string prefix)
    {
        if ((args.Object("pricing")?.Text("price") ?? args.Text("price")) is not { } id)
        {
            return null;
        }

        return unit.Find(id) is { } found && found.Text("object") == "price" ? found : throw ApiError.NotFound("price", id, Name(prefix, "pricing") + "[price]", 400);
    }

    private static string Name(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}[{name}]";
}
