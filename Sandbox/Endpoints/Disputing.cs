using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>A dispute from the issuer's letter to its answer.</summary>
internal static class Disputing
{
    /// <summary>The member that says how the issuer will decide: <c>won</c> or <c>lost</c>. Never shown.</summary>
    public const string Outcome = "_outcome";

    /// <summary>Unix seconds of the issuer's decision. Never shown.</summary>
    public const string DecisionAt = "_decision_at";

    private const long DaysToAnswer = 20;
    private const long DaysToDecide = 60;

    /// <summary>The issuer opens a dispute; a chargeback takes the money at once, an inquiry asks first.</summary>
    public static JsonObject Open(UnitOfWork unit, JsonObject charge, string reason, bool inquiry, long? amount = null)
    {
        var id = unit.NewId("du");
        var disputed = amount ?? charge.Whole("amount") - charge.Whole("amount_refunded");
        var editable = unit.Edit(charge.Id());
        editable["disputed"] = true;
        var taken = inquiry ? null : Book(unit, id, editable, -disputed, "dispute", Fees.OfDispute(editable.Id("currency")));
        var dispute = unit.Put(DisputeObject.Create(new DisputeSpec
        {
            Id = id,
            Created = unit.Now,
            Charge = editable,
            Reason = reason,
            DueBy = (unit.Now / Balances.Day + DaysToAnswer) * Balances.Day + Balances.Day - 1,
            Amount = disputed,
            Inquiry = inquiry,
            BalanceTransactions = taken is null ? [] : [taken],
            HasPriorCharges = PriorCharges(unit, editable) >= 2,
        }));
        unit.Raise("charge.dispute.created", id);
        if (!inquiry)
        {
            unit.Raise("charge.dispute.funds_withdrawn", id);
        }

        return dispute;
    }

    /// <summary>Evidence goes to the issuer.</summary>
    public static void Submit(UnitOfWork unit, JsonObject dispute)
    {
        var details = dispute["evidence_details"]!.AsObject();
        details["submission_count"] = details.Whole("submission_count") + 1;
        details["submission_method"] = "manual";
        dispute["status"] = IsInquiry(dispute) ? "warning_under_review" : "under_review";
        dispute[DecisionAt] = unit.Now + (DaysToDecide * Balances.Day);
        // Stripe's test mode decides by these two words.
        switch (dispute.TextAt("evidence.uncategorized_text"))
        {
            case "winning_evidence":
                Decide(unit, dispute, won: true);
                break;
            case "losing_evidence":
                Decide(unit, dispute, won: false);
                break;
        }
    }

    /// <summary>The issuer's decision on evidence it got.</summary>
    public static void Decide(UnitOfWork unit, JsonObject dispute) =>
        Decide(unit, dispute, (dispute.Text(Outcome) ?? (dispute.Id()[^1] % 5 < 2 ? "won" : "lost")) == "won");

    /// <summary>The day passed without evidence.</summary>
    public static void Lapse(UnitOfWork unit, JsonObject dispute)
    {
        dispute["evidence_details"]!["past_due"] = true;
        Decide(unit, dispute, won: false);
    }

    public static bool AwaitsEvidence(JsonObject dispute) => dispute.Text("status") is "needs_response" or "warning_needs_response";

    public static bool AwaitsDecision(JsonObject dispute) => dispute.Text("status") is "under_review" or "warning_under_review";

    public static void Decide(UnitOfWork unit, JsonObject dispute, bool won)
    {
        dispute["status"] = IsInquiry(dispute) ? "warning_closed" : won ? "won" : "lost";
        if (won && !IsInquiry(dispute))
        {
            var charge = unit.Find(dispute.Id("charge"))!;
            var back = Book(unit, dispute.Id(), charge, dispute.Whole("amount"), "dispute_reversal", 0);
            ((JsonArray)dispute["balance_transactions"]!).Add(View.Of(back));
            unit.Raise("charge.dispute.funds_reinstated", dispute.Id());
        }

        unit.Raise("charge.dispute.closed", dispute.Id());
    }

    private static bool IsInquiry(JsonObject dispute) => dispute.TextAt("payment_method_details.card.case_type") == "inquiry";

    private static JsonObject Book(UnitOfWork unit, string dispute, JsonObject charge, long amount, string category, long fee) => Balances.Book(
        unit, "adjustment", amount, charge.Id("currency"), dispute,
        category == "dispute" ? $"Chargeback withdrawal for {charge.Id()}" : $"Chargeback reversal for {charge.Id()}",
        fee == 0 ? [] : [new FeeSpec(fee, Description: "Dispute fee")], category);

    // Visa reads undisputed charges on the same card between 120 and 365 days before the disputed one.
    private static int PriorCharges(UnitOfWork unit, JsonObject charge) => charge.TextAt("payment_method_details.card.fingerprint") is not { } card ? 0
        : unit.Where("charge", "payment_method_details.card.fingerprint", card).Count(c => c.Text("status") == "succeeded" && (bool?)c["disputed"] != true
            && (charge.Whole("created") - c.Whole("created")) / Balances.Day is >= 120 and <= 365);
}
