using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class CustomerEndpoints
{
    private const string Fields =
        "name email description phone address:o{city country line1 line2 postal_code state} shipping:o{name phone address:o{city country line1 line2 postal_code state}} balance:i metadata:m tax_exempt preferred_locales:l invoice_prefix next_invoice_sequence:i "
        + "invoice_settings:o{default_payment_method footer custom_fields:l rendering_options:m}";

    private static readonly string[] Documents = ["address", "shipping", "preferred_locales"];

    public static void Map(Routes routes)
    {
        // Customers of a test clock are listed only with it.
        routes.List("/v1/customers", "customer", "customer_read", "email", (call, c) => c.Text("test_clock") == call.Args.Text("test_clock"), "test_clock");
        routes.Post("/v1/customers", "customer_write", "customer.created", Fields + " payment_method test_clock", Create);
        routes.Get("/v1/customers/{id}", "customer_read", "", Get);
        routes.Post("/v1/customers/{id}", "customer_write", "customer.updated", Fields, Update);
        routes.Delete("/v1/customers/{id}", "customer_write", "customer.deleted", "", Delete);
    }

    // A deleted customer stays readable, as a stub.
    private static JsonObject Get(Call call) =>
        call.Unit.Find(call.Id) is { } found && found.Text("object") == "customer" ? found : call.Load("customer");

    private static JsonObject Create(Call call)
    {
        var id = call.Unit.NewId("cus");
        var customer = call.Unit.Put(CustomerObject.Create(new CustomerSpec
        {
            Id = id,
            Created = call.Now,
            InvoicePrefix = call.Args.Text("invoice_prefix") ?? id[^8..].ToUpperInvariant(),
        }));
        if (call.Args.Has("test_clock"))
        {
            customer["test_clock"] = call.Refer(TestClocks.Kind, "test_clock").Id();
        }

        Apply(call, customer);
        if (call.Args.Text("payment_method") is { } paymentMethod)
        {
            PaymentMethods.Attach(call.Unit, PaymentMethods.Resolve(call, paymentMethod, "payment_method"), id);
        }

        call.Unit.Raise("customer.created", id);
        return customer;
    }

    private static JsonObject Update(Call call)
    {
        var customer = call.Edit("customer");
        Apply(call, customer);
        return customer;
    }

    private static void Apply(Call call, JsonObject customer)
    {
        var args = call.Args;
        args.CopyTexts(customer, "name", "email", "description", "phone");
        foreach (var name in Documents.Where(args.Has))
        {
            customer[name] = args.Values[name] is JsonValue ? null : Whole(args.Values[name]!, name);
        }

        customer["tax_exempt"] = args.Text("tax_exempt") ?? customer.Text("tax_exempt");
        Metadata.Merge(customer, args);
        ApplyInvoiceSettings(call, customer);
        if (args.Int("balance") is { } balance && balance != customer.Whole("balance"))
        {
            CustomerBalance.Adjust(call.Unit, customer, balance - customer.Whole("balance"), customer.Text("currency") ?? "usd");
        }
    }

    /// <summary>What was sent, with null for what an address may have besides.</summary>
    private static JsonNode Whole(JsonNode sent, string name)
    {
        if (sent is not JsonObject map || name == "preferred_locales")
        {
            return sent.DeepClone();
        }

        var whole = name == "address" ? JsonFields.Address() : new JsonObject { ["address"] = null, ["name"] = null, ["phone"] = null };
        foreach (var (field, value) in map)
        {
            whole[field] = value is JsonObject inner ? Whole(inner, "address") : (string?)value is { Length: > 0 } text ? text : null;
        }

        return whole;
    }

    private static void ApplyInvoiceSettings(Call call, JsonObject customer)
    {
        if (call.Args.Object("invoice_settings") is not { } settings)
        {
            return;
        }

        var target = customer["invoice_settings"]!;
        if (settings.Has("default_payment_method"))
        {
            target["default_payment_method"] = settings.Text("default_payment_method") is { } id
                ? PaymentMethods.OfCustomer(call.Unit, id, customer.Id(), "invoice_settings[default_payment_method]").Id()
                : null;
        }

        if (settings.Has("footer"))
        {
            target["footer"] = settings.Text("footer");
        }
    }

    private static JsonObject Delete(Call call) => Delete(call.Unit, call.Load("customer").Id());

    /// <summary>Deletes a customer; what they subscribe to ends.</summary>
    public static JsonObject Delete(UnitOfWork unit, string id)
    {
        foreach (var subscription in unit.Where("subscription", "customer", id).Where(s => s.Text("status") is not ("canceled" or "incomplete_expired")).ToList())
        {
            Subscriptions.End(unit, unit.Edit(subscription.Id()), unit.Now);
        }

        unit.Raise("customer.deleted", id);
        return unit.Delete(id);
    }
}
