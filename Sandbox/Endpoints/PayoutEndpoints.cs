using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PayoutEndpoints
{
    private const string Kind = "payout";

    public static void Map(Routes routes)
    {
        routes.List("/v1/payouts", Kind, "payout_read", "status(canceled|failed|in_transit|paid|pending) destination", (call, payout) => CreatedWindow.Holds(payout.Whole("arrival_date"), call.Args.Values["arrival_date"], "arrival_date"), "arrival_date:r");
        routes.Post("/v1/payouts", "payout_write", "payout.created", "amount*:i currency* description destination metadata:m method(instant|standard) source_type(bank_account|card|fpx) statement_descriptor", call =>
            Payouts.Manual(call.Unit, call.Args));
        routes.One("/v1/payouts/{id}", Kind, "payout_read");
        routes.Post("/v1/payouts/{id}", "payout_write", "payout.updated", "metadata:m", Update);
        routes.Post("/v1/payouts/{id}/cancel", "payout_write", "payout.canceled", "", Cancel);
        routes.Post("/v1/payouts/{id}/reverse", "payout_write", "payout.reversed", "metadata:m", call =>
            Payouts.Reverse(call.Unit, call.Load(Kind), call.Args));
    }

    private static JsonObject Update(Call call)
    {
        var payout = call.Edit(Kind);
        Metadata.Merge(payout, call.Args);
        call.Unit.Raise("payout.updated", payout.Id());
        return payout;
    }

    private static JsonObject Cancel(Call call)
    {
        var payout = call.Edit(Kind);
        Payouts.Cancel(call.Unit, payout);
        return payout;
    }
}
