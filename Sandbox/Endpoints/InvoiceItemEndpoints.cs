using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoiceItemEndpoints
{
    private const string Kind = "invoiceitem";

    public static void Map(Routes routes)
    {
        routes.List("/v1/invoiceitems", Kind, "invoice_read", "customer invoice", Pending, "pending:b");
        routes.Post(
            "/v1/invoiceitems", "invoice_write", "invoiceitem.created",
            "customer* amount:i currency description invoice subscription metadata:m quantity:i unit_amount_decimal:d pricing:o{price} period:o{start:i end:i}", Create);
        routes.One("/v1/invoiceitems/{id}", Kind, "invoice_read");
        routes.Post("/v1/invoiceitems/{id}", "invoice_write", "invoiceitem.updated", "amount:i description metadata:m", Update);
        routes.Delete("/v1/invoiceitems/{id}", "invoice_write", "invoiceitem.deleted", "", Delete);
    }

    private static bool Pending(Call call, JsonObject item) =>
        call.Args.Bool("pending") is not { } pending || pending == (item.Text("invoice") is null);

    private static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        var price = Price(call);
        var quantity = call.Args.Int("quantity") ?? 1;
        var unit = price is null ? (decimal?)null : Prices.UnitAmount(price);
        var amount = call.Args.Int("amount") ?? (unit is { } each
            ? (long)Math.Round(each * quantity, MidpointRounding.AwayFromZero)
            : throw ApiError.Missing("amount"));
        var item = call.Unit.Put(InvoiceItemObject.Create(new InvoiceItemSpec
        {
            Id = call.Unit.NewId("ii"),
            Date = call.Now,
            Customer = customer.Id(),
            Amount = amount,
            Currency = (call.Args.Text("currency") ?? price?.Text("currency") ?? customer.Text("currency") ?? throw ApiError.Missing("currency")).ToLowerInvariant(),
            Description = call.Args.Text("description"),
            Subscription = call.Args.Text("subscription"),
            Quantity = quantity,
            Price = price?.Id(),
            Product = price?.Text("product"),
            UnitAmountDecimal = unit,
            PeriodStart = call.Args.Object("period")?.Int("start"),
            PeriodEnd = call.Args.Object("period")?.Int("end"),
        }));
        item["metadata"] = Metadata.From(call.Args);
        call.Unit.Raise("invoiceitem.created", item.Id());
        if (call.Args.Has("invoice"))
        {
            AddTo(call, item);
        }

        return item;
    }

    private static JsonObject? Price(Call call)
    {
        if (call.Args.Object("pricing")?.Text("price") is not { } id)
        {
            return null;
        }

        return call.Unit.Find(id) is { } found && found.Text("object") == "price" ? found : throw ApiError.NotFound("price", id, "pricing[price]", 400);
    }

    private static void AddTo(Call call, JsonObject item)
    {
        var invoice = call.Unit.Edit(call.Refer("invoice", "invoice").Id());
        if (invoice.Text("status") != "draft")
        {
            throw ApiError.Invalid("This invoice is no longer editable", "invoice", "invoice_not_editable");
        }

        item["invoice"] = invoice.Id();
        ((JsonArray)invoice["lines"]!["data"]!).Add(Invoicing.Line(call.Unit, item, invoice.Id()));
        Totals(invoice);
    }

    private static void Totals(JsonObject invoice)
    {
        var totals = InvoiceTotals.Of(invoice.Rows("lines"));
        invoice["subtotal"] = totals.Subtotal;
        invoice["subtotal_excluding_tax"] = totals.SubtotalExcludingTax;
        invoice["total"] = totals.Total;
        invoice["total_excluding_tax"] = totals.TotalExcludingTax;
        invoice["total_taxes"] = totals.Taxes();
        invoice["amount_due"] = invoice["amount_remaining"] = Math.Max(0, totals.Total);
    }

    private static JsonObject Update(Call call)
    {
        var item = Unbilled(call, call.Edit(Kind));
        if (call.Args.Has("description"))
        {
            item["description"] = call.Args.Text("description");
        }

        if (call.Args.Int("amount") is { } amount)
        {
            item["amount"] = amount;
            item["net_amount"] = amount;
        }

        Metadata.Merge(item, call.Args);
        return item;
    }

    private static JsonObject Delete(Call call)
    {
        Unbilled(call, call.Load(Kind));
        call.Unit.Raise("invoiceitem.deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }

    private static JsonObject Unbilled(Call call, JsonObject item) =>
        item.Text("invoice") is { } invoice && call.Unit.Find(invoice)?.Text("status") != "draft"
            ? throw ApiError.Invalid("This invoice item is attached to an invoice that is no longer editable.", null, "invoice_not_editable")
            : item;
}
