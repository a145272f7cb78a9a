using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace BillingCopilot.Bot.Identity;

/// <summary>Cookie for browsers, bearer for programs; everything needs one of them unless it says otherwise.</summary>
public static class IdentityRegistration
{
    private const string Either = "either";

    public static IServiceCollection AddCopilotIdentity(this IServiceCollection services)
    {
        services.AddSingleton<Sessions>();
        services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, o => o.ForwardDefaultSelector = http =>
                http.Request.Headers.ContainsKey("Authorization") ? BearerHandler.SchemeName : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
            .AddCookie(o =>
            {
                o.Cookie.Name = "billingcopilot";
                o.Cookie.SameSite = SameSiteMode.Strict;
                o.Cookie.HttpOnly = true;
                o.ExpireTimeSpan = Sessions.Lifetime;
                o.Events.OnValidatePrincipal = Validate;
                o.Events.OnRedirectToLogin = c => Answer(c, StatusCodes.Status401Unauthorized);
                o.Events.OnRedirectToAccessDenied = c => Answer(c, StatusCodes.Status403Forbidden);
            });
        services.AddAuthorization();
        services.AddAntiforgery(o => o.HeaderName = "X-XSRF-TOKEN");
        return services;
    }

    private static Task Validate(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        if (context.Principal is { } principal
            && (!services.GetRequiredService<Sessions>().IsOpen(Sessions.Of(principal))
                || SignedIn.From(principal, services.GetRequiredService<PeopleDirectory>(), services.GetRequiredService<TenantList>()) is null))
        {
            context.RejectPrincipal();
        }

        return Task.CompletedTask;
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
