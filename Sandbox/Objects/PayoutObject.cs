using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>What a payout is made of.</summary>
public sealed record PayoutSpec
{
    /// <summary><c>po_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>; negative for a payout that reverses another.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary>Unix seconds of the day the bank shows it.</summary>
    public required long ArrivalDate { get; init; }

    /// <summary>True when the payout schedule made it: only these can be matched with their movements.</summary>
    public bool Automatic { get; init; }

    /// <summary><c>txn_…</c> that took the money from the balance.</summary>
    public string? BalanceTransaction { get; init; }

    /// <summary><c>ba_…</c></summary>
    public string? Destination { get; init; }

    public string? Description { get; init; } = "STRIPE PAYOUT";

    /// <summary>What the bank statement shows, at most 22 characters.</summary>
    public string? StatementDescriptor { get; init; }

    /// <summary><c>standard</c> or <c>instant</c>.</summary>
    public string Method { get; init; } = "standard";

    /// <summary><c>po_…</c> that this one reverses.</summary>
    public string? OriginalPayout { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Builds <c>payout</c> and moves it on: pending, in transit, paid; or canceled, failed, reversed.</summary>
public static class PayoutObject
{
    /// <summary>A payout that the bank has not been told of.</summary>
    public static JsonObject Create(PayoutSpec spec) => new()
    {
        ["id"] = spec.Id,
        ["object"] = "payout",
        ["amount"] = spec.Amount,
        ["application_fee"] = null,
        ["application_fee_amount"] = null,
        ["arrival_date"] = spec.ArrivalDate,
        ["automatic"] = spec.Automatic,
        ["balance_transaction"] = spec.BalanceTransaction,
        ["created"] = spec.Created,
        ["currency"] = spec.Currency,
        ["description"] = spec.Description,
        ["destination"] = spec.Destination,
        ["failure_balance_transaction"] = null,
        ["failure_code"] = null,
        ["failure_message"] = null,
        ["livemode"] = false,
        ["metadata"] = JsonFields.Metadata(spec.Metadata),
        ["method"] = spec.Method,
        ["original_payout"] = spec.OriginalPayout,
        ["payout_method"] = null,
        ["reconciliation_status"] = spec.Automatic ? "in_progress" : "not_applicable",
        ["reversed_by"] = null,
        ["source_type"] = "card",
        ["statement_descriptor"] = spec.StatementDescriptor,
        ["status"] = "pending",
        ["trace_id"] = new JsonObject { ["status"] = "pending", ["value"] = null },
        ["type"] = "bank_account",
    };

    /// <summary>Pending to in transit: the bank was told.</summary>
    public static void Submit(JsonObject payout) => payout["status"] = "in_transit";

    /// <summary>To paid: the money arrived and its movements can be listed.</summary>
    /// <param name="trace">The bank's reference; null when this bank gives none.</param>
    public static void Pay(JsonObject payout, string? trace)
    {
        payout["status"] = "paid";
        payout["trace_id"] = Trace(trace);
        Reconcile(payout);
    }

    /// <summary>To failed: the bank sent the money back.</summary>
    /// <param name="code">Such as <c>account_closed</c>; see <see cref="PayoutFailures"/>.</param>
    /// <param name="balanceTransaction"><c>txn_…</c> that put the money back.</param>
    public static void Fail(JsonObject payout, string code, string balanceTransaction)
    {
        payout["status"] = "failed";
        payout["failure_code"] = code;
        payout["failure_message"] = PayoutFailures.Message(code);
        payout["failure_balance_transaction"] = balanceTransaction;
        payout["trace_id"] = Trace(null);
        Reconcile(payout);
    }

    /// <summary>Pending to canceled.</summary>
    /// <param name="balanceTransaction"><c>txn_…</c> that put the money back.</param>
    public static void Cancel(JsonObject payout, string balanceTransaction)
    {
        payout["status"] = "canceled";
        payout["failure_balance_transaction"] = balanceTransaction;
        payout["trace_id"] = Trace(null);
    }

    private static void Reconcile(JsonObject payout) =>
        payout["reconciliation_status"] = (bool)payout["automatic"]! ? "completed" : "not_applicable";

    private static JsonObject Trace(string? value) => new() { ["status"] = value is null ? "unsupported" : "supported", ["value"] = value };
}

/// <summary>Why banks send payouts back.</summary>
public static class PayoutFailures
{
    private static readonly Dictionary<string, string> Messages = new(StringComparer.Ordinal)
    {
        ["account_closed"] = "The bank account has been closed.",
        ["account_frozen"] = "The bank account has been frozen.",
        ["bank_account_restricted"] = "The bank account has restrictions on either the type, or the number, of payouts allowed.",
        ["could_not_process"] = "The bank could not process this payout.",
        ["declined"] = "The bank has declined this payout. Please contact the bank before retrying.",
        ["insufficient_funds"] = "Your Stripe account has insufficient funds to cover the payout.",
        ["invalid_account_number"] = "The routing number seems correct, but the account number is invalid.",
        ["invalid_currency"] = "The bank was unable to process this payout because of its currency.",
        ["no_account"] = "The bank account details on file are probably incorrect. No bank account could be located with those details.",
    };

    public static IReadOnlyCollection<string> All => Messages.Keys;

    public static string Message(string code) => Messages.TryGetValue(code, out var message)
        ? message
        : throw new ArgumentException($"Unknown payout failure '{code}'. Known: {string.Join(", ", All)}.");
}
