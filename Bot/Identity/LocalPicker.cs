using System.Net;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;

namespace BillingCopilot.Bot.Identity;

/// <summary>
/// Choosing who you are, for a first try: only with a sandbox, only from this machine. With any other key these
/// routes answer 404.
/// </summary>
public static class LocalPicker
{
    public static void MapLocalPicker(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/auth/local", SignInAsync).AllowAnonymous();
        routes.MapPost("/auth/sign-out", SignOutAsync).AllowAnonymous();
    }

    /// <summary>
    /// True when both ends of the connection are this machine and nothing stands between: behind a proxy everyone
    /// would look local.
    /// </summary>
    public static bool IsLoopback(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && http.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local)
        && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
        && !http.Request.Headers.Keys.Any(IsForwarded);

    private static bool IsForwarded(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);

    private static async Task<IResult> SignInAsync(HttpContext http, [FromForm] string person, [FromForm] string? tenant, TenantList tenants, PeopleDirectory people, Sessions sessions)
    {
        if ((tenant is null ? tenants.Default : tenants.Find(tenant)) is not { IsSandbox: true } of || !IsLoopback(http))
        {
            return Results.NotFound();
        }

        if (people.Find(person) is not { } found)
        {
            return ApiError.Result(StatusCodes.Status400BadRequest, "unknown_person", $"'{person}' is not in people.yaml.", $"Known: {string.Join(", ", people.All.Select(p => p.Id))}.");
        }

        sessions.End(http.User);
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            SignedIn.Principal(found, of, CookieAuthenticationDefaults.AuthenticationScheme, SignedIn.ByPicker, Sessions.New()));
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, [FromForm] string? unused, Sessions sessions)
    {
        _ = unused;
        sessions.End(http.User);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.LocalRedirect("/");
    }
}
