using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class AccountEndpoints
{
    // The name of the permission is what Stripe's own refusal of a restricted key asks for.
    private const string Permission = "accounts_kyc_id_numbers_read";

    public static void Map(Routes routes)
    {
        routes.Get("/v1/account", Permission, "", call => Find(call, call.Unit.State.AccountId));
        routes.Get("/v1/accounts/{id}", Permission, "", call => Find(call, call.Id));
    }

    private static JsonObject Find(Call call, string id) =>
        call.Unit.Find(id) ?? (id == call.Unit.State.AccountId ? Bare(id) : throw ApiError.NotFound("account", id, "account"));

    private static JsonObject Bare(string id) => new()
    {
        ["id"] = id,
        ["object"] = "account",
        ["charges_enabled"] = true,
        ["country"] = "US",
        ["default_currency"] = "usd",
        ["details_submitted"] = true,
        ["metadata"] = new JsonObject(),
        ["payouts_enabled"] = true,
        ["type"] = "standard",
    };
}
