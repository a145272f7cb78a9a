using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>A dispute of a charge, from the bank's letter to how it stands.</summary>
internal sealed class DisputeRun(CustomerRun customer, DisputeScript script)
{
    private const long DaysToAnswer = 20;

    public JsonObject Json { get; private set; } = [];

    public JsonObject Charge { get; private set; } = [];

    public void Open(long at, JsonObject charge)
    {
        Charge = charge;
        var id = customer.Ids.Next("du", at);
        var inquiry = script.Status.StartsWith("warning_", StringComparison.Ordinal);
        charge["disputed"] = true;
        Json = DisputeObject.Create(new DisputeSpec
        {
            Id = id,
            Created = at,
            Charge = charge,
            Reason = script.Reason,
            DueBy = (at / Calendar.Day + DaysToAnswer) * Calendar.Day + Calendar.Day - 1,
            Inquiry = inquiry,
            BalanceTransactions = inquiry ? [] : [View.Of(Move(at, id, -charge.Whole("amount"), "dispute"))],
            HasPriorCharges = PriorCharges(charge) >= 2,
        });
        customer.Books.Add(customer.Ids, at, Json, "charge.dispute.created");
        if (script.Status is "won" or "lost")
        {
            customer.Books.Timeline.At(at + customer.Random.Between(9, 15) * Calendar.Day, Answer);
        }
    }

    // Visa reads undisputed charges between 120 and 365 days before the disputed one.
    private int PriorCharges(JsonObject charge) => customer.Invoices.Select(invoice => invoice.PaidBy).OfType<JsonObject>()
        .Count(paid => (bool?)paid["disputed"] != true && (charge.Whole("created") - paid.Whole("created")) / Calendar.Day is >= 120 and <= 365);

    private void Answer(long at)
    {
        var details = Json["evidence_details"]!;
        (details["has_evidence"], details["submission_count"], details["submission_method"]) = (true, 1L, "manual");
        Json["evidence"]!["uncategorized_text"] = "Log-ins and usage of the workspace in the disputed period are attached.";
        Json["status"] = "under_review";
        customer.Books.Timeline.At(at + customer.Random.Between(20, 40) * Calendar.Day, Close);
    }

    private void Close(long at)
    {
        Json["status"] = script.Status;
        if (script.Status == "won")
        {
            Json["balance_transactions"]!.AsArray().Add(View.Of(Move(at, Json.Id(), Json.Whole("amount"), "dispute_reversal")));
        }

        customer.Books.Emit(customer.Ids, at, "charge.dispute.closed", Json);
    }

    private JsonObject Move(long at, string id, long amount, string category)
    {
        var currency = customer.Script.Currency;
        return customer.Books.Book(new BalanceTransactionSpec
        {
            Id = customer.Ids.Next("txn", at),
            Created = at,
            Amount = amount,
            Currency = currency,
            Type = "adjustment",
            ReportingCategory = category,
            Source = id,
            Fees = amount < 0 ? [new FeeSpec(Fees.OfDispute(currency), Description: "Dispute fee")] : [],
            Description = amount < 0 ? $"Chargeback withdrawal for {Charge.Id()}" : $"Chargeback reversal for {Charge.Id()}",
        });
    }
}
