using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Resources that worlds plant and nobody changes through the API yet.</summary>
internal static class ReadOnlyEndpoints
{
    public static void Map(Routes routes)
    {
        Pair(routes, "balance_transactions", "balance_transaction", "balance_transaction_source_read", "currency payout source type");
        Pair(routes, "disputes", "dispute", "dispute_read", "charge payment_intent");
        Pair(routes, "payouts", "payout", "payout_read", "status destination");
        Pair(routes, "transfers", "transfer", "transfer_read", "destination transfer_group");
        Pair(routes, "application_fees", "application_fee", "application_fee_read", "charge");
        Pair(routes, "tax_rates", "tax_rate", "invoice_read", "active");
        Pair(routes, "billing/meters", "billing.meter", "billing_meter_read", "status");
        routes.List("/v1/accounts", "account", "connected_account_read", where: (call, o) => o.Id() != call.Unit.State.AccountId);
    }

    private static void Pair(Routes routes, string path, string kind, string permission, string filters)
    {
        routes.List($"/v1/{path}", kind, permission, filters);
        routes.One($"/v1/{path}/{{id}}", kind, permission);
    }
}
