using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Collects a finalised invoice: the first charge and, after a decline, the retries.</summary>
internal sealed class Collection(CustomerRun customer, InvoiceRun invoice)
{
    /// <summary>Declines after which the schedule goes on without a charge.</summary>
    internal static readonly HashSet<string> Hard =
        ["lost_card", "stolen_card", "pickup_card", "incorrect_number", "authentication_required", "revocation_of_authorization",
            "revocation_of_all_authorizations", "highest_risk_level", "transaction_not_allowed"];

    /// <summary>Hours after finalisation: eight attempts in two weeks.</summary>
    private static readonly long[] Hours = [0, 45, 92, 140, 190, 239, 284, 330];

    private readonly long[] _offsets = [.. Hours.Select(hour => hour == 0 ? 0 : hour * 3_600 + customer.Random.Between(0, 10_800))];
    private long _finalized;
    private long _attempts;

    public void Start(long at)
    {
        _finalized = at;
        if (!invoice.Subscription.Script.SendInvoice)
        {
            customer.Books.Timeline.At(at + 2, Attempt);
        }
        else if (!invoice.Subscription.InLastPeriod)
        {
            var late = Math.Min(customer.Script.PaysLater * Math.Max(0, customer.Invoices.Count - 6), 24);
            customer.Books.Timeline.At(at + (customer.Random.Between(3, 9) + late) * Calendar.Day, Attempt);
        }
    }

    private void Attempt(long at)
    {
        var decline = customer.DeclineAt(at);
        _attempts++;
        if (decline is null && customer.Script.BankDebit is not null)
        {
            Debit(at);
        }
        else if (decline is null)
        {
            Succeed(at);
        }
        else
        {
            Fail(at, decline);
        }
    }

    /// <summary>The invoice stays open until the bank has paid.</summary>
    private void Debit(long at)
    {
        var charge = customer.Payments.Debit(at, invoice.Intent!);
        invoice.Charges.Add(charge);
        InvoiceSteps.FailAttempt(invoice.Json, _attempts, null);
        customer.Books.Timeline.At(at + BankDebits.Seconds, then =>
        {
            customer.Payments.Arrive(then, invoice.Intent!, charge);
            Paid(then);
        });
    }

    private void Succeed(long at)
    {
        invoice.Charges.Add(customer.Payments.Charge(at, invoice.Intent!, null));
        Paid(at);
    }

    private void Paid(long at)
    {
        InvoicePaymentObject.Pay(invoice.Payment!, at);
        InvoiceSteps.Pay(invoice.Json, at, invoice.Subscription.Script.SendInvoice ? 0 : _attempts);
        customer.Books.Emit(customer.Ids, at, "invoice_payment.paid", invoice.Payment!);
        customer.Books.Emit(customer.Ids, at, "invoice.paid", invoice.Json);
        customer.Books.Emit(customer.Ids, at, "invoice.payment_succeeded", invoice.Json);
        SetStanding(at, "past_due", "active", delinquent: false);
        customer.Extras.AfterPayment(invoice, at);
    }

    private void Fail(long at, Decline decline)
    {
        if (_attempts == 1 || !Hard.Contains(decline.DeclineCode))
        {
            invoice.Charges.Add(customer.Payments.Charge(at, invoice.Intent!, decline));
        }

        long? next = _attempts < _offsets.Length ? _finalized + _offsets[_attempts] : null;
        InvoiceSteps.FailAttempt(invoice.Json, _attempts, next);
        customer.Books.Emit(customer.Ids, at, "invoice.payment_failed", invoice.Json);
        SetStanding(at, "active", "past_due", delinquent: true);
        if (next is { } time)
        {
            customer.Books.Timeline.At(time, Attempt);
        }
    }

    private void SetStanding(long at, string from, string to, bool delinquent)
    {
        customer.Json["delinquent"] = delinquent;
        var json = invoice.Subscription.Json;
        if (json.Text("status") == from)
        {
            json["status"] = to;
            customer.Books.Emit(customer.Ids, at, "customer.subscription.updated", json, new JsonObject { ["status"] = from });
        }
    }
}
