using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>A part of what was kept from a movement.</summary>
/// <param name="Amount">Minor units of the movement's currency.</param>
/// <param name="Type"><c>stripe_fee</c>, <c>application_fee</c>, <c>payment_method_passthrough_fee</c>, <c>tax</c> or <c>withheld_tax</c>.</param>
/// <param name="Description">What it was kept for.</param>
/// <param name="Application"><c>ca_…</c> that earned an application fee.</param>
public sealed record FeeSpec(long Amount, string Type = "stripe_fee", string? Description = "Stripe processing fees", string? Application = null);

/// <summary>What a movement of the balance is made of.</summary>
public sealed record BalanceTransactionSpec
{
    /// <summary><c>txn_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>; negative takes from the balance.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary>One of <see cref="BalanceTransactionTypes.All"/>.</summary>
    public required string Type { get; init; }

    /// <summary>For reports; null for the usual one of the type.</summary>
    public string? ReportingCategory { get; init; }

    /// <summary>Id of what moved the money; null for fees and the like.</summary>
    public string? Source { get; init; }

    /// <summary>Unix seconds; null for at once.</summary>
    public long? AvailableOn { get; init; }

    /// <summary>True while the money waits for <see cref="AvailableOn"/>.</summary>
    public bool Pending { get; init; }

    public IReadOnlyList<FeeSpec> Fees { get; init; } = [];

    public string? Description { get; init; }

    /// <summary>How many units of <see cref="Currency"/> one unit of the source's currency gave; null without conversion.</summary>
    public decimal? ExchangeRate { get; init; }

    /// <summary><c>po_…</c> that paid it out; the API shows it only as a filter of the list.</summary>
    public string? Payout { get; init; }
}

/// <summary>Builds <c>balance_transaction</c>.</summary>
public static class BalanceTransactionObject
{
    /// <summary>The member that names the automatic payout a movement went out with; never shown.</summary>
    public const string PaidOutBy = "_payout";

    public static JsonObject Create(BalanceTransactionSpec spec)
    {
        var fee = spec.Fees.Sum(f => f.Amount);
        var transaction = new JsonObject
        {
            ["id"] = spec.Id,
            ["object"] = "balance_transaction",
            ["amount"] = spec.Amount,
            ["available_on"] = spec.AvailableOn ?? spec.Created,
            ["balance_type"] = "payments",
            ["created"] = spec.Created,
            ["currency"] = spec.Currency,
            ["description"] = spec.Description,
            ["exchange_rate"] = spec.ExchangeRate,
            ["fee"] = fee,
            ["fee_details"] = JsonFields.Array(spec.Fees.Where(f => f.Amount != 0).Select(f => FeeDetail(f, spec.Currency))),
            ["net"] = spec.Amount - fee,
            ["reporting_category"] = spec.ReportingCategory ?? BalanceTransactionTypes.Category(spec.Type),
            ["source"] = spec.Source,
            ["status"] = spec.Pending ? "pending" : "available",
            ["type"] = spec.Type,
        };
        if (spec.Payout is not null)
        {
            transaction[PaidOutBy] = spec.Payout;
        }

        return transaction;
    }

    /// <summary>A movement with Stripe's own fee only.</summary>
    /// <param name="created">Unix seconds.</param>
    /// <param name="amount">Minor units; negative for a refund.</param>
    /// <param name="fee">Minor units that Stripe keeps.</param>
    /// <param name="availableOn">Unix seconds.</param>
    /// <param name="status"><c>available</c> or <c>pending</c>.</param>
    public static JsonObject Create(
        string id, long created, long amount, long fee, string currency, string source, long availableOn,
        string status, string type = "charge", string? description = null) => Create(new BalanceTransactionSpec
        {
            Id = id,
            Created = created,
            Amount = amount,
            Currency = currency,
            Type = type,
            Source = source,
            AvailableOn = availableOn,
            Pending = status == "pending",
            Fees = fee == 0 ? [] : [new FeeSpec(fee)],
            Description = description,
        });

    private static JsonObject FeeDetail(FeeSpec fee, string currency) => new()
    {
        ["amount"] = fee.Amount,
        ["application"] = fee.Application,
        ["currency"] = currency,
        ["description"] = fee.Description,
        ["type"] = fee.Type,
    };
}
