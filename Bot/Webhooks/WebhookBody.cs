using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace BillingCopilot.Bot.Webhooks;

/// <summary>What all webhooks share: the raw body, bounded, and how a refusal looks.</summary>
internal static class WebhookBody
{
    /// <summary>Largest body that is read, in bytes.</summary>
    public const int Max = 1024 * 1024;

    /// <summary>The body as it was signed; null when it is larger than <see cref="Max"/>.</summary>
    public static async Task<string?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Max)
        {
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = Max + 1;
        }

        try
        {
            using var buffer = new MemoryStream();
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
            return buffer.Length > Max ? null : Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    public static IResult TooLarge() => Problem(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The body is over {Max} bytes.");

    public static IResult Problem(int status, string code, string message) =>
        Results.Json(new { error = new { code, message } }, statusCode: status);
}
