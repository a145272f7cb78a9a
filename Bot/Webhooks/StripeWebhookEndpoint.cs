using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>
/// <c>POST /webhooks/stripe</c>: verify on the raw body, store, then answer. 200 is sent only after the commit;
/// 400 for what is not a signed Stripe event, 413 over 1 MB, 503 when it could not be stored (Stripe tries again).
/// </summary>
public static partial class StripeWebhookEndpoint
{
    public static void MapStripeWebhook(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/stripe", HandleAsync).DisableAntiforgery().AllowAnonymous();

    private static async Task<IResult> HandleAsync(HttpContext http, TenantList tenants, EventIntake intake, WebhookVerifier verifier, ILogger<WebhookVerifier> log)
    {
        var body = await WebhookBody.ReadAsync(http);
        if (body is null)
        {
            return WebhookBody.TooLarge();
        }

        var (tenant, received, fault) = verifier.Verify(tenants, body, http.Request.Headers["Stripe-Signature"]);
        if (received is null)
        {
            Refused(log, fault!);
            return WebhookBody.Problem(StatusCodes.Status400BadRequest, "not_verified", fault!);
        }

        try
        {
            var stored = await intake.AcceptAsync(tenant!.Context, received, http.RequestAborted);
            return Results.Json(new { received = true, duplicate = !stored });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotStored(log, e, received.Id);
            return WebhookBody.Problem(StatusCodes.Status503ServiceUnavailable, "not_stored", "The event could not be stored now; deliver it again.");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A webhook was refused: {Fault}")]
    private static partial void Refused(ILogger log, string fault);

    [LoggerMessage(2, LogLevel.Error, "Event {EventId} could not be stored")]
    private static partial void NotStored(ILogger log, Exception e, string eventId);
}
