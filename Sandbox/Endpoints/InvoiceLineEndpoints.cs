using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Lines of a draft, added, changed and taken off.</summary>
internal static class InvoiceLineEndpoints
{
    private const string Write = "invoice_write";
    private const string Line = "amount:i description discountable:b metadata:m quantity:i period:o{start*:t end*:t} pricing:o{price*} tax_rates:l";

    public static void Map(Routes routes)
    {
        routes.Get("/v1/invoices/{id}/lines", "invoice_read", Listing.Paging, call => Listing.PageOf(call, [.. call.Load("invoice").Rows("lines")]));
        routes.Post("/v1/invoices/{id}/add_lines", Write, "invoice.updated", "invoice_metadata:m lines*:l{invoice_item " + Line + "}", Add);
        routes.Post("/v1/invoices/{id}/update_lines", Write, "invoice.updated", "invoice_metadata:m lines*:l{id* " + Line + "}", call => Each(call, Change));
        routes.Post("/v1/invoices/{id}/remove_lines", Write, "invoice.updated", "invoice_metadata:m lines*:l{id* behavior*}", call => Each(call, Remove));
        routes.Post("/v1/invoices/{invoice}/lines/{id}", Write, "invoice.updated", Line, One);
    }

    private static JsonObject Add(Call call) => Each(call, (call, invoice, wanted, param) =>
    {
        var item = wanted.Text("invoice_item") is { } id
            ? call.Unit.Find(id) is { } known && known.Text("object") == "invoiceitem" && known.Text("invoice") is null
                ? call.Unit.Edit(id)
                : throw ApiError.NotFound("invoice item", id, $"{param}[invoice_item]", 400)
            : InvoiceItems.Make(call, wanted, invoice.Id("customer"), invoice.Id("currency"), param);
        InvoiceItems.AddTo(call.Unit, item, invoice);
    });

    private static JsonObject One(Call call)
    {
        var invoice = Draft(call, call.Route["invoice"]);
        Change(call, invoice, call.Id, call.Args);
        InvoiceRepricing.Run(call.Unit, invoice);
        return Find(invoice, call.Id, "line_item_id");
    }

    private static JsonObject Each(Call call, Action<Call, JsonObject, Args, string> act)
    {
        var invoice = Draft(call, call.Id);
        foreach (var (wanted, i) in call.Args.Objects("lines").Select((l, i) => (l, i)))
        {
            act(call, invoice, wanted, $"lines[{i}]");
        }

        if (call.Args.Map("invoice_metadata") is { } metadata)
        {
            Metadata.Merge(invoice, new Args(new JsonObject { ["metadata"] = metadata.DeepClone() }));
        }

        InvoiceRepricing.Run(call.Unit, invoice);
        return invoice;
    }

    private static void Change(Call call, JsonObject invoice, Args wanted, string param) => Change(call, invoice, wanted.Required("id"), wanted, $"{param}[id]");

    private static void Change(Call call, JsonObject invoice, string id, Args wanted, string param = "line_item_id")
    {
        var line = Find(invoice, id, param);
        wanted.CopyTexts(line, "description");
        line["amount"] = wanted.Int("amount") ?? line.Whole("amount");
        line["subtotal"] = line.Whole("amount");
        line["discountable"] = wanted.Bool("discountable") ?? (bool)line["discountable"]!;
        if (wanted.Int("quantity") is { } quantity)
        {
            line["quantity"] = quantity;
            line["quantity_decimal"] = quantity.ToString();
        }

        if (wanted.Object("period") is { } period)
        {
            line["period"] = new JsonObject { ["end"] = period.Int("end"), ["start"] = period.Int("start") };
        }

        if (wanted.Has("tax_rates") && InvoiceItem(line) is { } item)
        {
            call.Unit.Edit(item)["tax_rates"] = TaxRateArgs.Read(call.Unit, wanted, "tax_rates");
        }

        Metadata.Merge(line, wanted);
    }

    private static void Remove(Call call, JsonObject invoice, Args wanted, string param)
    {
        var line = Find(invoice, wanted.Required("id"), $"{param}[id]");
        ((JsonArray)invoice["lines"]!["data"]!).Remove(line);
        if (InvoiceItem(line) is not { } item)
        {
            return;
        }

        switch (wanted.Required("behavior"))
        {
            case "delete":
                call.Unit.Raise("invoiceitem.deleted", item);
                call.Unit.Delete(item);
                break;
            case "unassign":
                call.Unit.Edit(item)["invoice"] = null;
                break;
            default:
                throw ApiError.Invalid("Invalid behavior: must be one of delete, unassign", $"{param}[behavior]");
        }
    }

    private static string? InvoiceItem(JsonObject line) =>
        line.TextAt("parent.invoice_item_details.invoice_item") ?? line.TextAt("parent.subscription_item_details.invoice_item");

    private static JsonObject Draft(Call call, string id)
    {
        var invoice = call.Edit("invoice", id, "invoice");
        return invoice.Text("status") == "draft"
            ? invoice
            : throw ApiError.Invalid("You can only change lines of a draft invoice.", "invoice", "invoice_not_editable");
    }

    private static JsonObject Find(JsonObject invoice, string id, string param) =>
        invoice.Rows("lines").FirstOrDefault(l => l.Id() == id) ?? throw ApiError.NotFound("invoice line item", id, param, 400);
}
