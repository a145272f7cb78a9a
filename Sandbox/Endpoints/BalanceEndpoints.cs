using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class BalanceEndpoints
{
    private const string Kind = "balance_transaction";

    public static void Map(Routes routes)
    {
        routes.Get("/v1/balance", "balance_read", "", call => Balances.Show(call.Unit));
        routes.List("/v1/balance_transactions", Kind, "balance_transaction_source_read", "currency source type", Wanted, "payout", Paid);
        routes.One("/v1/balance_transactions/{id}", Kind, "balance_transaction_source_read");
    }

    private static (string Path, string Value)? Paid(Call call) =>
        call.Args.Text("payout") is { } id ? (BalanceTransactionObject.PaidOutBy, id) : null;

    // Only automatic payouts can be taken apart; the list holds the payout's own movement too.
    private static bool Wanted(Call call, JsonObject transaction)
    {
        if (call.Args.Text("payout") is not { } id)
        {
            return true;
        }

        var payout = call.Refer("payout", "payout");
        return (bool)payout["automatic"]!
            ? transaction.Text(BalanceTransactionObject.PaidOutBy) == id
            : throw ApiError.Invalid("Balance transaction history can only be filtered on automatic payouts, not manual.", "payout");
    }
}
