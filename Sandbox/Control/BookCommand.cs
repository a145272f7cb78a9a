using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Control;

/// <summary>Books a movement of the balance that no API call causes: a fee, an advance, a reserve.</summary>
internal static class BookCommand
{
    public static JsonObject Run(UnitOfWork unit, JsonObject body)
    {
        var type = (string?)body["type"] ?? throw ApiError.Missing("type");
        if (!BalanceTransactionTypes.All.Contains(type))
        {
            throw ApiError.Invalid($"Unknown type '{type}'. Known: {string.Join(", ", BalanceTransactionTypes.All)}.", "type");
        }

        var category = (string?)body["reporting_category"];
        if (category is not null && !BalanceTransactionTypes.AllCategories.Contains(category))
        {
            throw ApiError.Invalid($"Unknown reporting_category '{category}'. Known: {string.Join(", ", BalanceTransactionTypes.AllCategories)}.", "reporting_category");
        }

        var amount = body["amount"]?.Whole() ?? throw ApiError.Missing("amount");
        return unit.As((string?)body["account"], () => Balances.Book(
            unit, type, amount, (string?)body["currency"] ?? "usd", (string?)body["source"], (string?)body["description"],
            body["fee"]?.Whole() is { } fee ? [new FeeSpec(fee)] : [], category));
    }
}
