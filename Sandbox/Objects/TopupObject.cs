using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>topup</c> and moves it on: pending, then succeeded, failed or canceled.</summary>
public static class TopupObject
{
    /// <param name="id"><c>tu_…</c></param>
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units that come from the bank.</param>
    /// <param name="expected">Unix seconds of the day on which the money can be used.</param>
    public static JsonObject Create(string id, long created, long amount, string currency, long expected) => new()
    {
        ["id"] = id,
        ["object"] = "topup",
        ["amount"] = amount,
        ["balance_transaction"] = null,
        ["created"] = created,
        ["currency"] = currency,
        ["description"] = null,
        ["expected_availability_date"] = expected,
        ["failure_code"] = null,
        ["failure_message"] = null,
        ["initiated_by"] = "user",
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["source"] = null,
        ["statement_descriptor"] = null,
        ["status"] = "pending",
        ["transfer_group"] = null,
    };

    /// <summary>The money is there.</summary>
    /// <param name="balanceTransaction"><c>txn_…</c> that put it on the balance.</param>
    public static void Succeed(JsonObject topup, string balanceTransaction)
    {
        topup["status"] = "succeeded";
        topup["balance_transaction"] = balanceTransaction;
    }

    /// <summary>The bank did not give it.</summary>
    /// <param name="code">One of <see cref="PayoutFailures"/>.</param>
    public static void Fail(JsonObject topup, string code)
    {
        topup["status"] = "failed";
        topup["failure_code"] = code;
        topup["failure_message"] = PayoutFailures.Message(code);
    }

    public static void Cancel(JsonObject topup) => topup["status"] = "canceled";
}
