using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The life of an invoice: drafted, finalized, paid.</summary>
internal static class Invoicing
{
    /// <summary>A draft with these lines; the lines get the invoice's id.</summary>
    public static JsonObject Draft(UnitOfWork unit, InvoiceSpec spec)
    {
        foreach (var line in spec.Lines)
        {
            line["invoice"] = spec.Id;
        }

        var invoice = unit.Put(InvoiceObject.Create(spec));
        invoice["test_clock"] = spec.Customer.Text("test_clock");
        unit.Raise("invoice.created", spec.Id);
        return invoice;
    }

    /// <summary>Turns pending invoice items into lines and marks them as taken.</summary>
    public static List<JsonObject> TakePending(UnitOfWork unit, string customer, string invoice, Func<JsonObject, bool> wanted) =>
        [.. Pending(unit, customer).Where(wanted).ToList().Select(item =>
        {
            var taken = unit.Edit(item.Id());
            taken["invoice"] = invoice;
            return Line(unit, taken, invoice);
        })];

    public static IEnumerable<JsonObject> Pending(UnitOfWork unit, string customer) =>
        unit.Where("invoiceitem", "customer", customer).Where(i => i.Text("invoice") is null);

    public static JsonObject Line(UnitOfWork unit, JsonObject item, string invoice)
    {
        var subscription = item.TextAt("parent.subscription_details.subscription");
        var line = LineItemObject.Create(new LineItemSpec
        {
            Id = unit.NewId("il"),
            Invoice = invoice,
            Amount = item.Whole("amount"),
            Currency = item.Id("currency"),
            Description = item.Text("description"),
            PeriodStart = item["period"]!["start"]!.Whole(),
            PeriodEnd = item["period"]!["end"]!.Whole(),
            Quantity = item["quantity"] is null ? null : item.Whole("quantity"),
            Subscription = subscription,
            SubscriptionItem = item.TextAt("parent.subscription_details.subscription_item"),
            InvoiceItem = item.Id(),
            Proration = (bool?)item["proration"] == true,
            Discounts = ProrationDiscounts(unit, item),
            Taxes = Taxes.Of(item.Whole("amount"), subscription is null ? item["tax_rates"] : unit.Find(subscription)?["default_tax_rates"]),
        });
        line["pricing"] = item["pricing"]?.DeepClone();
        line["metadata"] = item["metadata"]?.DeepClone() ?? new JsonObject();
        return line;
    }

    /// <summary>Discounts of a proration as its line shows them: where they are in the amount, only those of the whole, at nothing.</summary>
    private static List<(string Discount, long Amount)> ProrationDiscounts(UnitOfWork unit, JsonObject item) =>
        [.. (item["proration_details"] as JsonObject ?? []).Rows("discount_amounts")
            .Select(off => (Discount: off.Id("discount"), Amount: off.Whole("amount")))
            .Where(off => off.Amount != 0 || unit.Find(off.Discount)?.Text("subscription_item") is null)];

    /// <summary>Seconds a draft that advances by itself stays editable.</summary>
    public const long DraftSeconds = 3_600;

    public static void Finalize(UnitOfWork unit, JsonObject invoice)
    {
        if (invoice.Text("status") != "draft")
        {
            throw ApiError.Invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.", null, "invoice_not_editable");
        }

        var customer = unit.Edit(invoice.Id("customer"));
        customer["currency"] ??= invoice.Id("currency");
        var applied = InvoiceSteps.Finalize(
            invoice, unit.Now, CustomerObject.TakeInvoiceNumber(customer), customer.Whole("balance"), unit.NewSecret(40));
        if (applied != 0)
        {
            CustomerBalance.Adjust(unit, customer, applied, invoice.Id("currency"), "applied_to_invoice", invoice: invoice.Id());
        }

        invoice["automatically_finalizes_at"] = null;
        unit.Raise("invoice.finalized", invoice.Id());
        if (invoice.Whole("amount_due") == 0)
        {
            MarkPaid(unit, invoice);
        }
        else
        {
            Intent(unit, invoice);
        }
    }

    /// <summary>Charges the card and returns the decline, if any, after everything it leaves behind.</summary>
    /// <param name="next">Unix seconds of the next automatic try should this one fail; null keeps what is planned.</param>
    /// <param name="attempts">The attempt count with this try, when it is one of Stripe's own.</param>
    public static ApiError? Charge(UnitOfWork unit, JsonObject invoice, JsonObject paymentMethod, long? next = null, long? attempts = null)
    {
        var (payment, intent) = Intent(unit, invoice);
        intent["amount"] = payment["amount_requested"]!.DeepClone();
        // Only Stripe's own retries count beyond the first attempt.
        var count = attempts ?? Math.Max(1, invoice.Whole("attempt_count"));
        if (Charging.Try(unit, intent, paymentMethod) is { } declined)
        {
            InvoiceSteps.FailAttempt(invoice, count, attempts is null ? next ?? (long?)invoice["next_payment_attempt"] : next);
            unit.Raise("invoice.payment_failed", invoice.Id());
            if (intent.TextAt("last_payment_error.decline_code") == "authentication_required")
            {
                unit.Raise("invoice.payment_action_required", invoice.Id());
            }

            Subscriptions.PaymentFailed(unit, invoice);
            return declined;
        }

        if (intent.Text("status") == "processing")
        {
            // A bank has been asked: nothing is tried again before it has answered.
            InvoiceSteps.FailAttempt(invoice, count, null);
            return null;
        }

        invoice["attempt_count"] = count;
        InvoicePaymentObject.Pay(payment, unit.Now);
        unit.Raise("invoice_payment.paid", payment.Id());
        MarkPaid(unit, invoice);
        return null;
    }

    public static void MarkPaid(UnitOfWork unit, JsonObject invoice)
    {
        InvoiceSteps.Pay(invoice, unit.Now, invoice.Whole("attempt_count"));
        unit.Raise("invoice.paid", invoice.Id());
        unit.Raise("invoice.payment_succeeded", invoice.Id());
        Subscriptions.PaymentSucceeded(unit, invoice);
    }

    /// <summary>Open to void; what would have paid it is canceled.</summary>
    public static void Void(UnitOfWork unit, JsonObject invoice)
    {
        InvoiceSteps.Void(invoice, unit.Now);
        CancelPayments(unit, invoice, "void_invoice");
        unit.Raise("invoice.voided", invoice.Id());
    }

    public static void MarkUncollectible(UnitOfWork unit, JsonObject invoice)
    {
        InvoiceSteps.MarkUncollectible(invoice, unit.Now);
        unit.Raise("invoice.marked_uncollectible", invoice.Id());
    }

    /// <summary>The card in Stripe's order: the invoice's, the subscription's, the customer's.</summary>
    public static JsonObject? PaymentMethod(UnitOfWork unit, JsonObject invoice) =>
        invoice.Text("default_payment_method") is { } own
            ? unit.Find(own)
            : PaymentMethod(unit, invoice.Id("customer"), Subscriptions.Of(unit, invoice));

    /// <summary>The card of a subscription, or else of its customer.</summary>
    public static JsonObject? PaymentMethod(UnitOfWork unit, string customer, JsonObject? subscription)
    {
        var id = subscription?.Text("default_payment_method") ?? unit.Find(customer)?.TextAt("invoice_settings.default_payment_method");
        return id is null ? null : unit.Find(id);
    }

    /// <summary>The open payment of an invoice with its intent, made when there is none.</summary>
    public static (JsonObject Payment, JsonObject Intent) Intent(UnitOfWork unit, JsonObject invoice)
    {
        var open = unit.Where("invoice_payment", "invoice", invoice.Id()).FirstOrDefault(p => p.Text("status") == "open" && (bool)p["is_default"]!);
        if (open?.TextAt("payment.payment_intent") is { } known && unit.Find(known) is not null)
        {
            var payment = unit.Edit(open.Id());
            payment["amount_requested"] = invoice.Whole("amount_remaining");
            return (payment, unit.Edit(known));
        }

        var intent = Charging.NewIntent(
            unit, invoice.Id("customer"), invoice.Whole("amount_remaining"), invoice.Id("currency"), $"Payment for Invoice {invoice.Text("number")}");
        var made = unit.Put(InvoicePaymentObject.Create(unit.NewId("inpay"), unit.Now, invoice, intent.Id()));
        made["amount_requested"] = invoice.Whole("amount_remaining");
        return (made, intent);
    }

    /// <summary>Cancels what would still pay an invoice, and the intents that the invoice made.</summary>
    public static void CancelPayments(UnitOfWork unit, JsonObject invoice, string reason)
    {
        foreach (var open in unit.Where("invoice_payment", "invoice", invoice.Id()).Where(p => p.Text("status") == "open").ToList())
        {
            var payment = unit.Edit(open.Id());
            payment["status"] = "canceled";
            payment["status_transitions"]!["canceled_at"] = unit.Now;
            if ((bool)payment["is_default"]! && unit.Find(payment.TextAt("payment.payment_intent") ?? "") is { } intent && intent.Text("status") is not ("succeeded" or "canceled"))
            {
                Capturing.Cancel(unit, unit.Edit(intent.Id()), reason);
            }
        }
    }
}
