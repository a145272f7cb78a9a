using System.Text;
using BillingCopilot.Bot.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>
/// <c>POST /webhooks/stripe</c>: verify on the raw body, store, then answer. 200 is sent only after the commit;
/// 400 for what is not a signed Stripe event, 413 over 1 MB, 503 when it could not be stored (Stripe tries again).
/// </summary>
public static partial class StripeWebhookEndpoint
{
    /// <summary>Largest body that is read, in bytes.</summary>
    public const int MaxBody = 1024 * 1024;

    public static void MapStripeWebhook(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/stripe", HandleAsync).DisableAntiforgery().AllowAnonymous();

    private static async Task<IResult> HandleAsync(HttpContext http, TenantList tenants, EventIntake intake, WebhookVerifier verifier, ILogger<WebhookVerifier> log)
    {
        var body = await ReadBodyAsync(http);
        if (body is null)
        {
            return Problem(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body is over {MaxBody} bytes.");
        }

        var (tenant, received, fault) = verifier.Verify(tenants, body, http.Request.Headers["Stripe-Signature"]);
        if (received is null)
        {
            Refused(log, fault!);
            return Problem(StatusCodes.Status400BadRequest, "not_verified", fault!);
        }

        try
        {
            var stored = await intake.AcceptAsync(tenant!.Context, received, http.RequestAborted);
            return Results.Json(new { received = true, duplicate = !stored });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotStored(log, e, received.Id);
            return Problem(StatusCodes.Status503ServiceUnavailable, "not_stored", "The event could not be stored now; deliver it again.");
        }
    }

    private static async Task<string?> ReadBodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBody)
        {
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody + 1;
        }

        try
        {
            using var buffer = new MemoryStream();
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
            return buffer.Length > MaxBody ? null : Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    private static IResult Problem(int status, string code, string message) =>
        Results.Json(new { error = new { code, message } }, statusCode: status);

    [LoggerMessage(1, LogLevel.Warning, "A webhook was refused: {Fault}")]
    private static partial void Refused(ILogger log, string fault);

    [LoggerMessage(2, LogLevel.Error, "Event {EventId} could not be stored")]
    private static partial void NotStored(ILogger log, Exception e, string eventId);
}
