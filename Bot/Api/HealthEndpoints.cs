using BillingCopilot.Bot.Hosting;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Api;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: so does the database.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok")).AllowAnonymous();
        routes.MapGet("/readyz", async (CopilotDbFactory databases, TenantList tenants, HttpContext http) =>
        {
            await using var db = databases.Open(tenants.Default.Context);
            return await db.Database.CanConnectAsync(http.RequestAborted)
                ? Results.Text("ok")
                : ApiError.Result(StatusCodes.Status503ServiceUnavailable, "not_ready", "The database does not answer.");
        }).AllowAnonymous();
    }
}
