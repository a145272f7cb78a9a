using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PortalConfigurationEndpoints
{
    private const string Kind = "billing_portal.configuration";
    private const string Fields =
        "name default_return_url metadata:m business_profile:o{headline privacy_policy_url terms_of_service_url} login_page:o{enabled*:b} "
        + "features:o{customer_update:o{enabled:b allowed_updates:l} invoice_history:o{enabled*:b} payment_method_update:o{enabled*:b} "
        + "subscription_cancel:o{enabled:b mode proration_behavior cancellation_reason:o{enabled*:b options:l}} subscription_pause:o{enabled:b} "
        + "subscription_update:o{enabled:b default_allowed_updates:l proration_behavior}}";

    public static void Map(Routes routes)
    {
        routes.Get("/v1/billing_portal/configurations", "customer_portal_read", "active:b is_default:b created:r" + Listing.Paging, call => Listing.Page(call, All(call).Where(c => Wanted(call, c))));
        routes.Post("/v1/billing_portal/configurations", "customer_portal_write", "billing_portal.configuration.created", Fields.Replace("features:", "features*:"), Create);
        routes.Get("/v1/billing_portal/configurations/{id}", "customer_portal_read", "", call => All(call).FirstOrDefault(c => c.Id() == call.Id) ?? call.Load(Kind, param: "configuration"));
        routes.Post("/v1/billing_portal/configurations/{id}", "customer_portal_write", "billing_portal.configuration.updated", "active:b " + Fields, Update);
    }

    /// <summary>Those that were made, and the default, which is kept only once it is changed or used.</summary>
    private static IEnumerable<JsonObject> All(Call call)
    {
        List<JsonObject> kept = [.. call.Unit.All(Kind)];
        return kept.Exists(c => (bool)c["is_default"]!) ? kept : kept.Prepend(PortalConfigurationObject.Default());
    }

    /// <summary>The default, from now on kept.</summary>
    internal static JsonObject KeptDefault(Call call) => 
        call.Unit.All(Kind).FirstOrDefault(c => (bool)c["is_default"]!) ?? call.Unit.Put(PortalConfigurationObject.Default());

    private static bool Wanted(Call call, JsonObject value) =>
        (call.Args.Bool("active") is not { } active || active == (bool)value["active"]!)
        && (call.Args.Bool("is_default") is not { } isDefault || isDefault == (bool)value["is_default"]!);

    private static JsonObject Create(Call call)
    {
        var made = call.Unit.Put(PortalConfigurationObject.Create(call.Unit.NewId("bpc"), call.Now, isDefault: false));
        Apply(call, made);
        call.Unit.Raise("billing_portal.configuration.created", made.Id());
        return made;
    }

    private static JsonObject Update(Call call)
    {
        if (call.Id == PortalConfigurationObject.Standard)
        {
            KeptDefault(call);
        }

        var configuration = call.Edit(Kind, param: "configuration");
        if (call.Args.Bool("active") is { } active)
        {
            configuration["active"] = active;
        }

        Apply(call, configuration);
        call.Unit.Raise("billing_portal.configuration.updated", configuration.Id());
        return configuration;
    }

    private static void Apply(Call call, JsonObject configuration)
    {
        call.Args.CopyTexts(configuration, "name", "default_return_url");
        foreach (var part in (string[])["business_profile", "features"])
        {
            Overlay(configuration[part]!.AsObject(), call.Args.Map(part));
        }

        if (call.Args.Object("login_page")?.Bool("enabled") is { } enabled)
        {
            configuration["login_page"] = new JsonObject
            {
                ["enabled"] = enabled,
                ["url"] = enabled ? $"https://billing.stripe.com/p/login/test_{configuration.Id()[^16..]}" : null,
            };
        }

        configuration["updated"] = call.Now;
        Metadata.Merge(configuration, call.Args);
    }

    /// <summary>Takes over what was sent, member by member.</summary>
    private static void Overlay(JsonObject target, JsonObject? sent)
    {
        foreach (var (name, value) in sent ?? [])
        {
            if (value is JsonObject inner && target[name] is JsonObject known)
            {
                Overlay(known, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
