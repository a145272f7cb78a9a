using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class PortalEndpoints
{
    private static readonly string[] Flows =
        ["payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm"];

    public static void Map(Routes routes) => routes.Post(
        "/v1/billing_portal/sessions", "customer_portal_write", "billing_portal.session.created",
        "customer* configuration return_url locale flow_data:o{type* after_completion:m subscription_cancel:m subscription_update:m subscription_update_confirm:m}",
        Create);

    private static JsonObject Create(Call call)
    {
        var customer = call.Refer("customer", "customer");
        var session = PortalSessionObject.Create(
            call.Unit.NewId("bps"), call.Now, customer.Id(), Configuration(call),
            "test_" + call.Unit.NewSecret(32), call.Args.Text("return_url"), Flow(call));
        Payers.Ask(call.Unit, customer.Id(), "portal_link");
        call.Unit.Raise("billing_portal.session.created", session.Id());
        return call.Unit.Put(session);
    }

    private static string Configuration(Call call)
    {
        const string Standard = "bpc_1SandboxDefaultConfig00";
        if (call.Args.Has("configuration"))
        {
            return call.Refer("billing_portal.configuration", "configuration").Id();
        }

        return (call.Unit.All("billing_portal.configuration").FirstOrDefault(c => (bool)c["is_default"]!)
            ?? call.Unit.Put(PortalConfigurationObject.Create(Standard, call.Now, isDefault: true))).Id();
    }

    private static JsonObject? Flow(Call call)
    {
        if (call.Args.Object("flow_data") is not { } flow)
        {
            return null;
        }

        var type = flow.Required("type");
        if (!Flows.Contains(type))
        {
            throw ApiError.Invalid($"Invalid flow_data[type]: must be one of {string.Join(", ", Flows)}", "flow_data[type]");
        }

        var subscription = flow.Map(type)?["subscription"]?.ToString();
        if (type != "payment_method_update" && (subscription is null || call.Unit.Find(subscription) is null))
        {
            throw ApiError.Missing($"flow_data[{type}][subscription]");
        }

        return PortalSessionObject.Flow(type, subscription);
    }
}
