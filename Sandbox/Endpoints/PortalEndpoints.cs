using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PortalEndpoints
{
    private static readonly string[] Flows =
        ["customer_update", "payment_method_update", "subscription_cancel", "subscription_pause", "subscription_update", "subscription_update_confirm"];

    private static readonly string[] OfASubscription = ["subscription_cancel", "subscription_pause", "subscription_update", "subscription_update_confirm"];
    private static readonly string[] Completions = ["hosted_confirmation", "portal_homepage", "redirect"];

    public static void Map(Routes routes) => routes.Post(
        "/v1/billing_portal/sessions", "customer_portal_write", "billing_portal.session.created",
        "customer* configuration return_url locale flow_data:o{type* after_completion:o{type* hosted_confirmation:o{custom_message} redirect:o{return_url*}} "
        + "subscription_cancel:o{subscription*} subscription_pause:o{subscription*} subscription_update:o{subscription*} subscription_update_confirm:o{subscription* items*:l{id* price quantity:i}}}",
        Create);

    private static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        var configuration = Configuration(call);
        var session = PortalSessionObject.Create(
            call.Unit.NewId("bps"), call.Now, customer.Id(), configuration.Id(),
            "test_" + call.Unit.NewSecret(32), call.Args.Text("return_url"), Flow(call, configuration));
        Payers.Ask(call.Unit, customer.Id(), "portal_link");
        session["locale"] = call.Args.Text("locale");
        call.Unit.Raise("billing_portal.session.created", session.Id());
        return call.Unit.Put(session);
    }

    private static JsonObject Configuration(Call call)
    {
        var named = call.Args.Text("configuration");
        var configuration = named is null or PortalConfigurationObject.Standard
            ? PortalConfigurationEndpoints.KeptDefault(call)
            : call.Refer("billing_portal.configuration", "configuration");
        return (bool)configuration["active"]! ? configuration : throw ApiError.Invalid($"The configuration {configuration.Id()} is not active.", "configuration");
    }

    private static JsonObject? Flow(Call call, JsonObject configuration)
    {
        if (call.Args.Object("flow_data") is not { } flow)
        {
            return null;
        }

        var type = OneOf(flow.Required("type"), Flows, "flow_data[type]");
        var subscription = flow.Map(type)?["subscription"]?.ToString();
        if (OfASubscription.Contains(type) && (subscription is null || call.Unit.Find(subscription) is null))
        {
            throw ApiError.Missing($"flow_data[{type}][subscription]");
        }

        // A flow can't open what the configuration keeps shut.
        var feature = type == "subscription_update_confirm" ? "subscription_update" : type;
        if ((bool?)configuration["features"]![feature]!["enabled"] != true)
        {
            throw ApiError.Invalid($"The {type} flow needs the feature {feature}, which is disabled in the configuration {configuration.Id()}.", "flow_data[type]");
        }

        var made = PortalSessionObject.Flow(type, subscription);
        if (flow.Object("after_completion") is { } after)
        {
            made["after_completion"] = After(after);
        }

        return made;
    }

    private static JsonObject After(Args after)
    {
        var type = OneOf(after.Required("type"), Completions, "flow_data[after_completion][type]");
        return new JsonObject
        {
            ["hosted_confirmation"] = type == "hosted_confirmation" ? new JsonObject { ["custom_message"] = after.Object("hosted_confirmation")?.Text("custom_message") } : null,
            ["redirect"] = type == "redirect"
                ? new JsonObject { ["return_url"] = after.Object("redirect")?.Required("return_url") ?? throw ApiError.Missing("flow_data[after_completion][redirect][return_url]") }
                : null,
            ["type"] = type,
        };
    }

    private static string OneOf(string value, string[] allowed, string param) =>
        allowed.Contains(value) ? value : throw ApiError.Invalid($"Invalid {param}: must be one of {string.Join(", ", allowed)}", param);
}
