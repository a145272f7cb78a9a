using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>
/// What becomes of a refund after it was made. One that does not reach the customer gives the money back to the
/// merchant by a movement of its own: https://docs.stripe.com/refunds#failed-refunds.
/// </summary>
internal static class RefundSteps
{
    /// <summary>The member of a pending refund that holds the Unix seconds at which it succeeds. Never shown.</summary>
    public const string SucceedsAt = "_succeeds_at";

    /// <summary>Days that a customer has to say where the money should go.</summary>
    private const int DaysToAct = 45;

    /// <summary>Sets a refund that does not succeed at once to its first status.</summary>
    /// <param name="status"><c>pending</c> or <c>requires_action</c>.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="email">Where the customer is asked for a bank account.</param>
    public static void Begin(JsonObject refund, string status, long now, string? email)
    {
        refund["status"] = status;
        if (status == "pending")
        {
            refund["pending_reason"] = "processing";
            refund[SucceedsAt] = now + Balances.Day;
            return;
        }

        refund["instructions_email"] = email;
        refund["next_action"] = new JsonObject
        {
            ["display_details"] = new JsonObject
            {
                ["email_sent"] = new JsonObject { ["email_sent_at"] = now, ["email_sent_to"] = email },
                ["expires_at"] = now + DaysToAct * Balances.Day,
            },
            ["type"] = "display_details",
        };
    }

    /// <summary>When the customer has not answered; null when nothing is asked.</summary>
    public static long? ExpiresAt(JsonObject refund) =>
        refund.Text("status") == "requires_action" ? refund["next_action"]?["display_details"]?["expires_at"]?.Whole() : null;

    /// <summary>Pending to succeeded.</summary>
    public static void Succeed(UnitOfWork unit, JsonObject refund)
    {
        refund["status"] = "succeeded";
        refund.Remove("pending_reason");
        refund.Remove(SucceedsAt);
        unit.Raise("refund.updated", refund.Id());
        unit.Raise("charge.refund.updated", refund.Id());
    }

    /// <summary>The bank sends a refund back.</summary>
    public static void Fail(UnitOfWork unit, JsonObject refund) => TakeBack(unit, refund, "failed", "expired_or_canceled_card");

    /// <summary>The merchant takes back a refund that waits for the customer.</summary>
    public static void Cancel(UnitOfWork unit, JsonObject refund) => TakeBack(unit, refund, "canceled", "merchant_request");

    /// <summary>The customer never answered.</summary>
    public static void Expire(UnitOfWork unit, JsonObject refund) => TakeBack(unit, refund, "failed", "unknown");

    private static void TakeBack(UnitOfWork unit, JsonObject refund, string status, string reason)
    {
        var back = Balances.Book(unit, "refund_failure", refund.Whole("amount"), refund.Id("currency"), refund.Id(), "REFUND FAILURE");
        refund["status"] = status;
        refund["failure_reason"] = reason;
        refund["failure_balance_transaction"] = back.Id();
        refund.Remove("next_action");
        ChargeObject.ApplyRefund(unit.Edit(refund.Id("charge")), -refund.Whole("amount"));
        unit.Raise(status == "failed" ? "refund.failed" : "refund.updated", refund.Id());
        unit.Raise("charge.refund.updated", refund.Id());
    }
}
