using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoiceItemEndpoints
{
    private const string Kind = "invoiceitem";
    private const string Shared = "amount:i description metadata:m quantity:i unit_amount_decimal:d discountable:b tax_rates:l " + Discounting.Fields + " period:o{start*:t end*:t}";

    public static void Map(Routes routes)
    {
        routes.List("/v1/invoiceitems", Kind, "invoice_read", "customer invoice", Pending, "pending:b");
        routes.Post("/v1/invoiceitems", "invoice_write", "invoiceitem.created", "customer* currency invoice subscription pricing:o{price} " + Shared, Create);
        routes.One("/v1/invoiceitems/{id}", Kind, "invoice_read");
        routes.Post("/v1/invoiceitems/{id}", "invoice_write", "invoiceitem.updated", Shared, Update);
        routes.Delete("/v1/invoiceitems/{id}", "invoice_write", "invoiceitem.deleted", "", Delete);
    }

    private static bool Pending(Call call, JsonObject item) =>
        call.Args.Bool("pending") is not { } pending || pending == (item.Text("invoice") is null);

    private static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        if (call.Args.Has("subscription"))
        {
            call.Refer("subscription", "subscription");
        }

        var invoice = call.Args.Has("invoice") ? call.Unit.Edit(call.Refer("invoice", "invoice").Id()) : null;
        var item = InvoiceItems.Make(call, call.Args, customer.Id(), invoice?.Text("currency") ?? customer.Text("currency"));
        if (invoice is not null)
        {
            InvoiceItems.AddTo(call.Unit, item, invoice);
        }

        return item;
    }

    private static JsonObject Update(Call call)
    {
        var item = Unbilled(call, call.Edit(Kind));
        call.Args.CopyTexts(item, "description");
        if (call.Args.Int("quantity") is { } quantity)
        {
            item["quantity"] = quantity;
            item["quantity_decimal"] = quantity.ToString();
        }

        var each = call.Args.Text("unit_amount_decimal") ?? item.TextAt("pricing.unit_amount_decimal");
        var counted = (call.Args.Has("quantity") || call.Args.Has("unit_amount_decimal")) && each is not null
            ? Prices.Round(decimal.Parse(each, System.Globalization.CultureInfo.InvariantCulture) * item.Whole("quantity"), item.Id("currency"))
            : (long?)null;
        var amount = call.Args.Int("amount") ?? counted ?? item.Whole("amount");
        item["amount"] = amount;
        item["net_amount"] = amount;
        if (call.Args.Object("period") is { } period)
        {
            item["period"] = new JsonObject { ["end"] = period.Int("end"), ["start"] = period.Int("start") };
        }

        InvoiceItems.Apply(call.Unit, call.Args, item);
        Metadata.Merge(item, call.Args);
        Rebill(call, item);
        return item;
    }

    /// <summary>The line of a draft follows its item.</summary>
    private static void Rebill(Call call, JsonObject item)
    {
        if (item.Text("invoice") is not { } id)
        {
            return;
        }

        var invoice = call.Unit.Edit(id);
        var lines = (JsonArray)invoice["lines"]!["data"]!;
        var index = lines.OfType<JsonObject>().ToList().FindIndex(l => l.TextAt("parent.invoice_item_details.invoice_item") == item.Id());
        if (index >= 0)
        {
            var line = Invoicing.Line(call.Unit, item, id);
            line["id"] = lines[index]!["id"]!.DeepClone();
            lines[index] = line;
            InvoiceRepricing.Run(call.Unit, invoice);
        }
    }

    private static JsonObject Delete(Call call)
    {
        var item = Unbilled(call, call.Load(Kind));
        if (item.Text("invoice") is { } id)
        {
            var invoice = call.Unit.Edit(id);
            var lines = (JsonArray)invoice["lines"]!["data"]!;
            foreach (var line in lines.OfType<JsonObject>().Where(l => l.TextAt("parent.invoice_item_details.invoice_item") == item.Id()).ToList())
            {
                lines.Remove(line);
            }

            InvoiceRepricing.Run(call.Unit, invoice);
        }

        call.Unit.Raise("invoiceitem.deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }

    private static JsonObject Unbilled(Call call, JsonObject item) =>
        item.Text("invoice") is { } invoice && call.Unit.Find(invoice)?.Text("status") != "draft"
            ? throw ApiError.Invalid("This invoice item is attached to an invoice that is no longer editable.", null, "invoice_not_editable")
            : item;
}
