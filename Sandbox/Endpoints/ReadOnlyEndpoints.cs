using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Resources that worlds plant and nobody changes through the API yet.</summary>
internal static class ReadOnlyEndpoints
{
    public static void Map(Routes routes)
    {
        Pair(routes, "tax_rates", "tax_rate", "invoice_read", "active");
        Pair(routes, "billing/meters", "billing.meter", "billing_meter_read", "status");
    }

    private static void Pair(Routes routes, string path, string kind, string permission, string filters)
    {
        routes.List($"/v1/{path}", kind, permission, filters);
        routes.One($"/v1/{path}/{{id}}", kind, permission);
    }
}
