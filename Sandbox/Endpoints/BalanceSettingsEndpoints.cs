using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>When the account that is acted for pays out by itself.</summary>
internal static class BalanceSettingsEndpoints
{
    private const string Path = "/v1/balance_settings";

    public static void Map(Routes routes)
    {
        routes.Get(Path, "balance_read", "", call => Show(AccountEndpoints.Own(call)));
        routes.Post(
            Path, "balance_write", "balance_settings.updated",
            "payments:o{debit_negative_balances:b payouts:o{statement_descriptor schedule:o{interval*}} settlement_timing:o{delay_days_override:i}}", Update);
    }

    private static JsonObject Update(Call call)
    {
        var own = AccountEndpoints.Own(call);
        var account = call.Unit.State.Find(own.Id()) is null ? call.Unit.As(null, () => call.Unit.Put(own)) : call.Unit.Edit(own.Id());
        var payments = call.Args.Object("payments");
        var delay = payments?.Object("settlement_timing")?.Int("delay_days_override");
        PayoutSettings.Set(
            account, payments?.Object("payouts")?.Object("schedule")?.Text("interval") ?? PayoutSettings.Interval(account),
            delay ?? account.At("settings.payouts.schedule.delay_days")?.Whole() ?? Balances.SettlementDays, call.Now);
        payments?.Object("payouts")?.CopyTexts(account["settings"]!["payouts"]!.AsObject(), "statement_descriptor");
        if (payments?.Bool("debit_negative_balances") is { } debit)
        {
            account["settings"]!["payouts"]!["debit_negative_balances"] = debit;
        }

        return Show(account);
    }

    private static JsonObject Show(JsonObject account) => new()
    {
        ["object"] = "balance_settings",
        ["payments"] = new JsonObject
        {
            ["debit_negative_balances"] = account.At("settings.payouts.debit_negative_balances")?.DeepClone() ?? true,
            ["payouts"] = new JsonObject
            {
                ["minimum_balance_by_currency"] = null,
                ["schedule"] = new JsonObject { ["interval"] = PayoutSettings.Interval(account) },
                ["statement_descriptor"] = account.TextAt("settings.payouts.statement_descriptor"),
                ["status"] = "enabled",
            },
            ["settlement_timing"] = new JsonObject
            {
                ["delay_days"] = account.At("settings.payouts.schedule.delay_days")?.Whole() ?? Balances.SettlementDays,
            },
        },
    };
}
