using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class TaxRateEndpoints
{
    private const string Kind = "tax_rate";
    private const string Fields = "active:b country description jurisdiction state tax_type metadata:m";

    public static void Map(Routes routes)
    {
        routes.List("/v1/tax_rates", Kind, "invoice_read", "", Wanted, "active:b inclusive:b");
        routes.Post("/v1/tax_rates", "invoice_write", "tax_rate.created", "display_name* inclusive*:b percentage*:d " + Fields, Create);
        routes.One("/v1/tax_rates/{id}", Kind, "invoice_read", Kind);
        routes.Post("/v1/tax_rates/{id}", "invoice_write", "tax_rate.updated", "display_name " + Fields, Update);
    }

    private static bool Wanted(Call call, JsonObject rate) =>
        (call.Args.Bool("active") is not { } active || active == (bool)rate["active"]!)
        && (call.Args.Bool("inclusive") is not { } inclusive || inclusive == (bool)rate["inclusive"]!);

    private static JsonObject Create(Call call)
    {
        var percentage = decimal.Parse(call.Args.Required("percentage"), CultureInfo.InvariantCulture);
        if (percentage is < 0 or > 100)
        {
            throw ApiError.Invalid("Invalid percentage: must be between 0 and 100.", "percentage");
        }

        var rate = call.Unit.Put(TaxRateObject.Create(
            call.Unit.NewId("txr"), call.Now, call.Args.Required("display_name"), call.Args.Text("country") ?? "", percentage, call.Args.Bool("inclusive") == true));
        (rate["country"], rate["jurisdiction"], rate["tax_type"]) = (null, null, null);
        Apply(call, rate);
        call.Unit.Raise("tax_rate.created", rate.Id());
        return rate;
    }

    private static JsonObject Update(Call call)
    {
        var rate = call.Edit(Kind, param: Kind);
        Apply(call, rate);
        call.Unit.Raise("tax_rate.updated", rate.Id());
        return rate;
    }

    private static void Apply(Call call, JsonObject rate)
    {
        call.Args.CopyTexts(rate, "display_name", "country", "description", "jurisdiction", "state", "tax_type");
        rate["active"] = call.Args.Bool("active") ?? (bool)rate["active"]!;
        Metadata.Merge(rate, call.Args);
    }
}
