using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>bank_account</c>: where an account's payouts go.</summary>
public static class BankAccountObject
{
    /// <param name="account"><c>acct_…</c> that owns it.</param>
    /// <param name="last4">Last four characters of the account number.</param>
    public static JsonObject Create(string id, string account, string country, string currency, string last4 = "6789", string bank = "SANDBOX BANK") => new()
    {
        ["id"] = id,
        ["object"] = "bank_account",
        ["account"] = account,
        ["account_holder_name"] = null,
        ["account_holder_type"] = "company",
        ["account_type"] = null,
        ["available_payout_methods"] = new JsonArray("standard"),
        ["bank_name"] = bank,
        ["country"] = country,
        ["currency"] = currency,
        ["default_for_currency"] = true,
        ["fingerprint"] = id[^16..],
        ["last4"] = last4,
        ["metadata"] = new JsonObject(),
        ["routing_number"] = country == "US" ? "110000000" : null,
        ["status"] = "new",
    };
}
