using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoiceEndpoints
{
    private const string Editable =
        "description footer metadata:m default_payment_method auto_advance:b collection_method days_until_due:i due_date:t statement_descriptor";

    public static void Map(Routes routes)
    {
        routes.List(
            "/v1/invoices", "invoice", "invoice_read",
            "customer status collection_method subscription=parent.subscription_details.subscription", extra: "due_date:r");
        routes.Post(
            "/v1/invoices", "invoice_write", "invoice.created",
            Editable + " customer* currency subscription pending_invoice_items_behavior", Create);
        routes.One("/v1/invoices/{id}", "invoice", "invoice_read");
        routes.Post("/v1/invoices/{id}", "invoice_write", "invoice.updated", Editable, Update);
        routes.Delete("/v1/invoices/{id}", "invoice_write", "invoice.deleted", "", Delete);
        routes.Get("/v1/invoices/{id}/lines", "invoice_read", Listing.Paging, call =>
            Listing.PageOf(call, [.. call.Load("invoice").Rows("lines")]));
    }

    private static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        var subscription = call.Args.Has("subscription") ? call.Refer("subscription", "subscription").Id() : null;
        var id = call.Unit.NewId("in");
        // Loose items come in when asked for; a subscription's come with its invoice.
        var include = call.Args.Text("pending_invoice_items_behavior") == "include";
        var lines = include || subscription is not null
            ? Invoicing.TakePending(call.Unit, customer.Id(), id, i => subscription is null || i.TextAt("parent.subscription_details.subscription") == subscription)
            : [];
        var method = call.Args.Text("collection_method") ?? "charge_automatically";
        var invoice = Invoicing.Draft(call.Unit, new InvoiceSpec
        {
            Id = id,
            Created = call.Now,
            Customer = customer,
            Currency = call.Args.Text("currency") ?? customer.Text("currency") ?? "usd",
            Lines = lines,
            PeriodStart = call.Now,
            PeriodEnd = call.Now,
            Subscription = subscription,
            CollectionMethod = method,
            DueDate = DueDate(call, method),
        });
        invoice["auto_advance"] = false;
        return Apply(call, invoice);
    }

    private static long? DueDate(Call call, string method) => method != "send_invoice"
        ? null
        : call.Args.Int("due_date") ?? call.Now + (86400 * (call.Args.Int("days_until_due") ?? throw ApiError.Invalid(
            "If collection_method=send_invoice, you must specify due_date or days_until_due.", "days_until_due", "parameter_missing")));

    private static JsonObject Update(Call call)
    {
        var invoice = call.Edit("invoice");
        if (invoice.Text("status") != "draft" && call.Args.Has("statement_descriptor"))
        {
            throw ApiError.Invalid("Finalized invoices can't be updated in this way.", "statement_descriptor", "invoice_not_editable");
        }

        return Apply(call, invoice);
    }

    private static JsonObject Apply(Call call, JsonObject invoice)
    {
        call.Args.CopyTexts(invoice, "description", "footer", "statement_descriptor");

        if (call.Args.Has("default_payment_method"))
        {
            invoice["default_payment_method"] = call.Args.Text("default_payment_method") is { } id
                ? PaymentMethods.OfCustomer(call.Unit, id, invoice.Id("customer"), "default_payment_method").Id()
                : null;
        }

        if (call.Args.Bool("auto_advance") is { } advance)
        {
            invoice["auto_advance"] = advance;
        }

        if (call.Args.Int("due_date") is { } due)
        {
            invoice["due_date"] = due;
        }

        Metadata.Merge(invoice, call.Args);
        return invoice;
    }

    private static JsonObject Delete(Call call)
    {
        if (call.Load("invoice").Text("status") != "draft")
        {
            throw ApiError.Invalid("You can only delete draft invoices.", null, "invoice_not_editable");
        }

        foreach (var item in call.Unit.Where("invoiceitem", "invoice", call.Id))
        {
            call.Unit.Delete(item.Id());
        }

        call.Unit.Raise("invoice.deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }
}
