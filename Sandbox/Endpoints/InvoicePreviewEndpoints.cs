using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The upcoming invoice: made for real, looked at, taken back.</summary>
internal static class InvoicePreviewEndpoints
{
    private const string Details =
        "items:" + SubscriptionChange.ItemFields + SubscriptionChange.ProrationFields
        + " cancel_now:b cancel_at_period_end:b";

    // A POST, but it changes nothing: the sandbox asks for the read permission.
    public static void Map(Routes routes) => routes.Post(
        "/v1/invoices/create_preview", "invoice_read", null,
        "customer subscription currency invoice_items:l{amount:i currency description quantity:i price discountable:b tax_rates:l unit_amount_decimal:d metadata:m} subscription_details:o{" + Details + "} " + Discounting.Fields,
        Preview);

    private static JsonObject Preview(Call call)
    {
        var shown = (JsonObject)Build(call).DeepClone();
        call.Unit.RollBack();
        shown["id"] = "upcoming_" + shown.Id();
        shown["status"] = "draft";
        return shown;
    }

    private static JsonObject Build(Call call)
    {
        AddItems(call);
        if (!call.Args.Has("subscription"))
        {
            return ForCustomer(call);
        }

        var subscription = call.Unit.Edit(call.Refer("subscription", "subscription").Id());
        if (subscription.Text("status") == "canceled")
        {
            throw ApiError.Invalid("No upcoming invoices for subscription: it is canceled.", "subscription", "invoice_upcoming_none");
        }

        if (call.Args.Has("discounts"))
        {
            subscription["discounts"] = Discounting.Apply(call.Unit, call.Args, new DiscountPlace(subscription.Id("customer"), subscription.Id()), subscription["discounts"]);
        }

        var (atOnce, added) = Change(call, subscription);
        var renews = !atOnce && (bool?)subscription["cancel_at_period_end"] != true;
        var end = subscription.Rows("items").First().Whole("current_period_end");
        var invoice = SubscriptionInvoice.Draft(
            call.Unit,
            subscription,
            "upcoming",
            id => renews ? new SubscriptionLines(call.Unit, subscription, id).Period(next: true) : added(id),
            atOnce ? call.Now : end);
        invoice["created"] = atOnce ? call.Now : end;
        invoice["next_payment_attempt"] = atOnce ? call.Now : end + 3600;
        (invoice["period_start"], invoice["period_end"]) = (subscription.Rows("items").First().Whole("current_period_start"), end);
        return WithBalance(call, invoice);
    }

    /// <summary>True when the invoice would come at once, without the next period.</summary>
    private static (bool AtOnce, Func<string, IEnumerable<JsonObject>> Lines) Change(Call call, JsonObject subscription)
    {
        if (call.Args.Object("subscription_details") is not { } details)
        {
            return (false, _ => []);
        }

        var change = new SubscriptionChange(call.Unit, subscription, details);
        var atOnce = change.Apply();
        if (details.Bool("cancel_at_period_end") is { } atEnd)
        {
            subscription["cancel_at_period_end"] = atEnd;
        }

        if (details.Bool("cancel_now") != true)
        {
            return (atOnce, change.Lines);
        }

        if (details.Text("proration_behavior") != "none")
        {
            var proration = new Proration(call.Unit, subscription, details.Int("proration_date") ?? call.Now);
            subscription.Rows("items").ToList().ForEach(proration.Unused);
        }

        return (true, _ => []);
    }

    private static JsonObject ForCustomer(Call call)
    {
        var customer = call.Refer("customer", "customer");
        var id = call.Unit.NewId("in");
        var lines = Invoicing.TakePending(call.Unit, customer.Id(), id, i => i.TextAt("parent.subscription_details.subscription") is null);
        if (lines.Count == 0)
        {
            throw ApiError.Invalid($"No upcoming invoices for customer: {customer.Id()}", null, "invoice_upcoming_none");
        }

        return WithBalance(call, Invoicing.Draft(call.Unit, new InvoiceSpec
        {
            Id = id,
            Created = call.Now,
            Customer = customer,
            Currency = lines[0].Id("currency"),
            Lines = lines,
            PeriodStart = call.Now,
            PeriodEnd = call.Now,
        }));
    }

    private static void AddItems(Call call)
    {
        foreach (var (item, i) in call.Args.Objects("invoice_items").Select((item, i) => (item, i)))
        {
            var subscription = call.Args.Text("subscription");
            var customer = call.Args.Text("customer") ?? call.Refer("subscription", "subscription").Id("customer");
            var made = InvoiceItems.Make(call, item, customer, call.Args.Text("currency") ?? Currency(call, subscription) ?? "usd", $"invoice_items[{i}]");
            if (subscription is not null)
            {
                made["parent"] = new JsonObject
                {
                    ["subscription_details"] = new JsonObject { ["subscription"] = subscription, ["subscription_item"] = null },
                    ["type"] = "subscription_details",
                };
            }
        }
    }

    private static string? Currency(Call call, string? subscription) =>
        call.Unit.Find(subscription ?? call.Args.Text("customer") ?? "")?.Text("currency");

    private static JsonObject WithBalance(Call call, JsonObject invoice)
    {
        var balance = call.Unit.Find(invoice.Id("customer"))!.Whole("balance");
        var total = invoice.Whole("total");
        var due = Math.Max(0, total + balance);
        invoice["starting_balance"] = balance;
        invoice["ending_balance"] = total + balance - due;
        invoice["amount_due"] = due;
        invoice["amount_remaining"] = due;
        return invoice;
    }
}
