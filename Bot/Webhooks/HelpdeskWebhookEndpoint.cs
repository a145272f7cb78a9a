using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>
/// <c>POST /webhooks/helpdesk</c>: a ticket, signed in the <c>Helpdesk-Signature</c> header by Stripe's scheme
/// (<c>t=…,v1=…</c>, HMAC-SHA256 over <c>t.body</c>). Same rules: 400 unsigned, old or forged, 413 over 1 MB, stored before 200, 503 when
/// it could not be.
/// </summary>
public static partial class HelpdeskWebhookEndpoint
{
    public const string Header = "Helpdesk-Signature";

    /// <summary>How long a helpdesk is asked to wait where its ticket could not be stored.</summary>
    private const string RetryAfterSeconds = "10";

    public static void MapHelpdeskWebhook(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/helpdesk", HandleAsync).DisableAntiforgery().AllowAnonymous();

    private static async Task<IResult> HandleAsync(HttpContext http, TenantList tenants, TicketIntake intake, WebhookVerifier verifier, ILogger<TicketIntake> log)
    {
        if (await WebhookBody.ReadAsync(http) is not { } body)
        {
            return WebhookBody.TooLarge();
        }

        var (tenant, fault) = verifier.SignerOf(tenants, t => t.Helpdesk.WebhookSecrets, body, http.Request.Headers[Header], Header);
        if (tenant is null)
        {
            Refused(log, fault!);
            return WebhookBody.Problem(StatusCodes.Status400BadRequest, "not_verified", fault!);
        }

        var (ticket, unfit) = HelpdeskTicket.Read(body);
        if (ticket is null)
        {
            return WebhookBody.Problem(StatusCodes.Status400BadRequest, "not_a_ticket", unfit!);
        }

        try
        {
            return Results.Json(new { received = true, duplicate = !await intake.AcceptAsync(tenant.Context, ticket, http.RequestAborted) });
        }
        catch (Exception e) when (StorageFault.Is(e) || e is TimeoutException)
        {
            NotStored(log, e);
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            return WebhookBody.Problem(StatusCodes.Status503ServiceUnavailable, "not_stored", "The ticket could not be stored now; deliver it again.");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A helpdesk call was refused: {Fault}")]
    private static partial void Refused(ILogger log, string fault);

    [LoggerMessage(2, LogLevel.Error, "A ticket could not be stored")]
    private static partial void NotStored(ILogger log, Exception e);
}
