using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Identity;
using BillingCopilot.Governance.People;
using Microsoft.AspNetCore.Antiforgery;

namespace BillingCopilot.Bot.Api;

/// <summary>
/// In front of every <c>/api</c> call: a known person, and from a browser (cookie) the antiforgery token as well.
/// </summary>
public sealed class ApiGate(PeopleDirectory people, TenantList tenants, IAntiforgery antiforgery) : IEndpointFilter
{
    private static readonly object Key = new();

    /// <summary>The caller that the gate let through.</summary>
    public static SignedIn Caller(HttpContext http) => (SignedIn)http.Items[Key]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        return await RefusalAsync(context.HttpContext) is { } refusal ? refusal : await next(context);
    }

    /// <summary>Why this call may not go on; null lets it, and keeps the caller.</summary>
    public async Task<IResult?> RefusalAsync(HttpContext http)
    {
        if (SignedIn.From(http.User, people, tenants) is not { } caller)
        {
            if (!tenants.Default.IsSandbox && tenants.All.All(t => t.Auth.Tokens.Count == 0))
            {
                return ApiError.Result(StatusCodes.Status403Forbidden, "no_sign_in", "No sign-in is configured, so nobody can be recognised.", "Set Auth:Tokens:PERSON to the SHA-256 of that person's token. docs/api.md says how.");
            }

            return ApiError.Result(StatusCodes.Status401Unauthorized, "not_signed_in", "It is not known who calls.", "Send Authorization: Bearer TOKEN, or sign in with the browser; docs/api.md says how.");
        }

        if (!http.Request.Headers.ContainsKey("Authorization") && !HttpMethods.IsGet(http.Request.Method) && !await antiforgery.IsRequestValidAsync(http))
        {
            return ApiError.Result(StatusCodes.Status400BadRequest, "antiforgery", "The antiforgery token is missing or wrong.", "Reload the page.");
        }

        http.Items[Key] = caller;
        return null;
    }
}

/// <summary>The error body of the API: <c>{"error":{"code","message","remedy","request_id"}}</c>.</summary>
public static class ApiError
{
    public static IResult Result(int status, string code, string message, string? remedy = null, string? requestId = null) =>
        Results.Json(new { error = new { code, message, remedy, request_id = requestId } }, ApiJson.Options, statusCode: status);
}
