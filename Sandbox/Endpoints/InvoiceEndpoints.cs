using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class InvoiceEndpoints
{
    private const string Editable =
        "description footer metadata:m default_payment_method auto_advance:b collection_method days_until_due:i due_date:t statement_descriptor "
        + "on_behalf_of default_tax_rates:l custom_fields:l{name* value*} " + Discounting.Fields;

    public static void Map(Routes routes)
    {
        routes.List(
            "/v1/invoices", "invoice", "invoice_read",
            "customer status(draft|open|paid|uncollectible|void) collection_method subscription=parent.subscription_details.subscription", extra: "due_date:r");
        routes.Post(
            "/v1/invoices", "invoice_write", "invoice.created",
            Editable + " customer* currency subscription pending_invoice_items_behavior", Create);
        routes.One("/v1/invoices/{id}", "invoice", "invoice_read");
        routes.Post("/v1/invoices/{id}", "invoice_write", "invoice.updated", Editable, Update);
        routes.Delete("/v1/invoices/{id}", "invoice_write", "invoice.deleted", "", Delete);
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
        if (!call.Args.Has("discounts") && (Subscriptions.Of(call.Unit, invoice) ?? customer) is { } giver)
        {
            invoice["discounts"] = giver["discount"] is JsonObject single ? new JsonArray(single.Id()) : giver["discounts"]?.DeepClone() ?? new JsonArray();
        }

        Apply(call, invoice);
        InvoiceRepricing.Run(call.Unit, invoice);
        return invoice;
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

        Apply(call, invoice);
        if (call.Args.Has("discounts") || call.Args.Has("default_tax_rates"))
        {
            if (invoice.Text("status") != "draft")
            {
                throw ApiError.Invalid("Finalized invoices can't be updated in this way.", "discounts", "invoice_not_editable");
            }

            InvoiceRepricing.Run(call.Unit, invoice);
        }

        return invoice;
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

        if (call.Args.Has("on_behalf_of"))
        {
            invoice["on_behalf_of"] = call.Args.Text("on_behalf_of") is null ? null : call.Refer("account", "on_behalf_of").Id();
        }

        if (call.Args.Has("default_tax_rates"))
        {
            invoice["default_tax_rates"] = TaxRateArgs.Read(call.Unit, call.Args, "default_tax_rates");
        }

        if (call.Args.Has("custom_fields"))
        {
            invoice["custom_fields"] = JsonFields.Array(call.Args.Objects("custom_fields").Select(f =>
                new JsonObject { ["name"] = f.Required("name"), ["value"] = f.Required("value") }));
        }

        if (call.Args.Has("discounts"))
        {
            invoice["discounts"] = Discounting.Apply(
                call.Unit, call.Args, new DiscountPlace(invoice.Id("customer"), Invoice: invoice.Id()), invoice["discounts"]);
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
