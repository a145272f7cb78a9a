using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>One invoice from its draft to its payment.</summary>
internal sealed class InvoiceRun(CustomerRun customer, SubscriptionRun subscription)
{
    private const long DraftSeconds = 3_600;

    /// <summary>Days to pay an invoice that is sent.</summary>
    public const long NetDays = 14;

    public JsonObject Json { get; private set; } = [];

    public SubscriptionRun Subscription => subscription;

    /// <summary>What pays it; null until finalised, or when nothing is due.</summary>
    public JsonObject? Intent { get; private set; }

    public JsonObject? Payment { get; private set; }

    public List<JsonObject> Charges { get; } = [];

    /// <summary>The charge that paid it, if one did.</summary>
    public JsonObject? PaidBy => Charges.LastOrDefault(charge => (bool)charge["paid"]!);

    /// <summary>Drafts the invoice; renewals stay drafts for an hour, others are finalised at once.</summary>
    public void Draft(long at, string reason)
    {
        var renewal = reason != "subscription_update";
        var id = customer.Ids.Next("in", at);
        var lines = new LineRun(customer, subscription, id, at).All(renewal);
        if (renewal)
        {
            subscription.CurrentInvoice = id;
        }

        Json = InvoiceObject.Create(Spec(id, at, reason, lines));
        customer.Invoices.Add(this);
        subscription.Json["latest_invoice"] = id;
        customer.Books.Add(customer.Ids, at, Json, "invoice.created");
        customer.Books.Timeline.At(reason == "subscription_cycle" ? at + DraftSeconds + customer.Random.Between(5, 90) : at, Finalize);
    }

    private InvoiceSpec Spec(string id, long at, string reason, List<JsonObject> lines) => new()
    {
        Id = id,
        Created = at,
        Customer = customer.Json,
        Currency = subscription.Currency,
        Lines = lines,
        PeriodStart = reason == "subscription_cycle" ? subscription.PreviousStart : at,
        PeriodEnd = at,
        BillingReason = reason,
        Subscription = subscription.Id,
        SubscriptionMetadata = subscription.Script.Metadata,
        Discounts = subscription.Applied is { } discount && reason != "subscription_update" ? [discount.Id()] : [],
        DefaultTaxRates = customer.TaxRate is { } rate ? [rate] : [],
        CollectionMethod = Sent ? "send_invoice" : "charge_automatically",
        DueDate = Sent ? at + NetDays * Calendar.Day : null,
        Description = subscription.Script.InvoiceDescription,
    };

    private bool Sent => subscription.Script.SendInvoice;

    private void Finalize(long at)
    {
        var balance = customer.Json.Whole("balance");
        var number = CustomerObject.TakeInvoiceNumber(customer.Json);
        var applied = InvoiceSteps.Finalize(Json, at, number, balance, customer.Ids.Characters(40));
        customer.MoveBalance(at, applied, "applied_to_invoice", Json.Id(), null);
        customer.Books.Emit(customer.Ids, at, "invoice.finalized", Json);
        if (Json.Whole("amount_due") == 0)
        {
            InvoiceSteps.Pay(Json, at, 0);
            customer.Books.Emit(customer.Ids, at, "invoice.paid", Json);
            return;
        }

        Intent = customer.Payments.NewIntent(at, Json.Whole("amount_due"), subscription.Currency, $"Payment for Invoice {number}", null);
        Payment = InvoicePaymentObject.Create(customer.Ids.Next("inpay", at), at, Json, Intent.Id());
        customer.Books.Put(Payment);
        new Collection(customer, this).Start(at);
    }
}
