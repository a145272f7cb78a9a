using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>The platform's own account, connected accounts and the bank accounts they are paid out to.</summary>
internal static class AccountEndpoints
{
    // The name of the permission is what Stripe's own refusal of a restricted key asks for.
    private const string Permission = "accounts_kyc_id_numbers_read";
    private const string Write = "connected_account_write";
    private const string Banks = "/v1/accounts/{account}/external_accounts";
    private const string Fields =
        "email business_type metadata:m capabilities:m "
        + "business_profile:o{name mcc url product_description support_email support_phone support_url} "
        + "settings:o{payouts:o{schedule:o{interval delay_days} statement_descriptor}}";

    private static readonly string[] Types = ["standard", "express", "custom"];

    public static void Map(Routes routes)
    {
        routes.Get("/v1/account", Permission, "", Own);
        routes.List("/v1/accounts", "account", "connected_account_read", where: (call, o) => o.Id() != call.Unit.State.AccountId);
        routes.Post("/v1/accounts", Write, "account.created", "type country default_currency controller:o{fees:o{payer} losses:o{payments} requirement_collection stripe_dashboard:o{type}} " + Fields, Create);
        routes.Get("/v1/accounts/{id}", Permission, "", call => Find(call, call.Id));
        routes.Post("/v1/accounts/{id}", Write, "account.updated", Fields, Update);
        routes.Delete("/v1/accounts/{id}", Write, "account.deleted", "", Delete);
        routes.Get(Banks, Permission, "object" + Listing.Paging, call => As(call, () => Listing.Page(call, call.Unit.All("bank_account"))));
        routes.Post(Banks, Write, "external_account.created", "external_account*:o{object* country* currency* account_number* routing_number account_holder_name account_holder_type} default_for_currency:b metadata:m", AddBank);
        routes.Get(Banks + "/{id}", Permission, "", call => As(call, () => call.Load("bank_account")));
        routes.Delete(Banks + "/{id}", Write, "external_account.deleted", "", call => As(call, () => call.Unit.Delete(call.Load("bank_account").Id())));
    }

    /// <summary>The account that is acted for.</summary>
    public static JsonObject Own(Call call) => Find(call, call.Unit.Account ?? call.Unit.State.AccountId);

    private static JsonObject Find(Call call, string id) =>
        call.Unit.Find(id) is { } found && found.Text("object") == "account" && found["deleted"] is null
            ? found
            : id == call.Unit.State.AccountId ? Bare(id) : throw ApiError.NoAccess(id);

    private static JsonObject Create(Call call)
    {
        var args = call.Args;
        var type = args.Text("type") ?? (args.Has("controller") ? "none" : "standard");
        if (type != "none" && !Types.Contains(type))
        {
            throw ApiError.Invalid($"Invalid type: must be one of {string.Join(", ", Types)}", "type");
        }

        var id = call.Unit.NewId("acct").Replace("_1S", "_1", StringComparison.Ordinal)[..21];
        var account = call.Unit.Put(ConnectedAccountObject.Create(
            id, call.Now, null, args.Text("email"), args.Text("country") ?? "US", args.Text("default_currency") ?? "usd", type));
        PayoutSettings.Set(account, "daily", Balances.SettlementDays, call.Now);
        Apply(call, account);
        call.Unit.Raise("account.updated", id);
        return account;
    }

    private static JsonObject Update(Call call)
    {
        var account = call.Unit.Edit(Connected(call));
        Apply(call, account);
        call.Unit.Raise("account.updated", account.Id());
        return account;
    }

    private static void Apply(Call call, JsonObject account)
    {
        var args = call.Args;
        args.CopyTexts(account, "email", "business_type");
        args.Object("business_profile")?.CopyTexts(
            account["business_profile"]!.AsObject(), "name", "mcc", "url", "product_description", "support_email", "support_phone", "support_url");
        if (args.Object("business_profile")?.Text("name") is { } name)
        {
            account["settings"]!["dashboard"]!["display_name"] = name;
        }

        foreach (var (capability, wanted) in args.Map("capabilities") ?? [])
        {
            account["capabilities"]![capability] = (wanted as JsonObject)?.Text("requested") == "false" ? "inactive" : "active";
        }

        if (args.Object("settings")?.Object("payouts") is { } payouts && account["settings"]?["payouts"] is JsonObject target)
        {
            payouts.CopyTexts(target, "statement_descriptor");
            if (payouts.Object("schedule") is { } schedule)
            {
                PayoutSettings.Set(account, schedule.Text("interval") ?? PayoutSettings.Interval(account),
                    long.TryParse(schedule.Text("delay_days"), out var days) ? days : Balances.SettlementDays, call.Now);
            }
        }

        Metadata.Merge(account, args);
    }

    private static JsonObject Delete(Call call) => call.Unit.Delete(Connected(call));

    /// <summary>The id in the path, of an account that the platform can change.</summary>
    private static string Connected(Call call) => Find(call, call.Id).Id() is var id && id != call.Unit.State.AccountId
        ? id
        : throw ApiError.Invalid("You can change and delete connected accounts only, not your own.", "account");

    private static JsonObject AddBank(Call call) => As(call, () =>
    {
        var bank = call.Args.Object("external_account")!;
        if (bank.Text("object") != "bank_account")
        {
            throw ApiError.Invalid("The sandbox pays out to bank accounts only: external_account[object] must be bank_account.", "external_account[object]");
        }

        var made = BankAccounts.Add(call.Unit, bank.Required("country"), bank.Required("currency").ToLowerInvariant(), bank.Required("account_number"));
        bank.CopyTexts(made, "account_holder_name", "account_holder_type", "routing_number");
        made["metadata"] = Metadata.From(call.Args);
        call.Unit.Raise("account.external_account.created", made.Id());
        return made;
    });

    private static JsonObject As(Call call, Func<JsonObject> act) => call.Unit.As(Find(call, call.Route["account"]).Id(), act);

    private static JsonObject Bare(string id) => AccountObject.Create(id, 0, "Sandbox", "US", "usd", "Etc/UTC");
}
