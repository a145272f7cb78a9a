using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Time;

/// <summary>
/// Charges an open invoice, at once and on the retry schedule. Where the last decline forbids another try of the
/// same card, or there is no card, the schedule goes on without a charge, as Stripe documents.
/// </summary>
internal sealed class InvoiceCollection : IDueWork
{
    private static readonly HashSet<string> Hard = new(StringComparer.Ordinal)
    {
        "incorrect_number", "lost_card", "pickup_card", "stolen_card", "revocation_of_authorization", "revocation_of_all_authorizations",
        "authentication_required", "highest_risk_level", "transaction_not_allowed",
    };

    public string Name => "invoice.collect";

    public string Kind => "invoice";

    public long? DueAt(JsonObject value)
    {
        var collects = value.Text("status") == "open" && (bool?)value["auto_advance"] == true && value.Text("collection_method") != "send_invoice";
        return !collects ? null : (long?)value["next_payment_attempt"]
            ?? ((bool?)value["attempted"] == true ? null : (long?)value["status_transitions"]?["finalized_at"]);
    }

    public void Run(UnitOfWork unit, JsonObject value)
    {
        var invoice = unit.Edit(value.Id());
        var settings = BillingSettings.Of(unit);
        var attempts = invoice.Whole("attempt_count") + 1;
        var next = RetrySchedule.After(invoice.Id(), unit.Now, attempts, settings);
        if (Card(unit, invoice) is { } card)
        {
            Invoicing.Charge(unit, invoice, card, next, attempts);
        }
        else
        {
            InvoiceSteps.FailAttempt(invoice, attempts, next);
            unit.Raise("invoice.payment_failed", invoice.Id());
            Subscriptions.PaymentFailed(unit, invoice);
        }

        if (invoice.Text("status") == "open" && next is null && Invoicing.Intent(unit, invoice).Intent.Text("status") != "processing")
        {
            Subscriptions.GiveUp(unit, invoice, settings);
        }
    }

    private static JsonObject? Card(UnitOfWork unit, JsonObject invoice)
    {
        if (Invoicing.PaymentMethod(unit, invoice) is not { } card)
        {
            return null;
        }

        var error = Invoicing.Intent(unit, invoice).Intent["last_payment_error"] as JsonObject;
        var refused = error?.Text("decline_code") is { } code && Hard.Contains(code) && error.TextAt("payment_method.id") == card.Id();
        return refused ? null : card;
    }
}
