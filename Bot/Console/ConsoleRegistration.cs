using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;
using MudBlazor.Services;

namespace BillingCopilot.Bot.WebConsole;

/// <summary>Composes the console page. The host supplies an <see cref="IConsoleBackend"/>.</summary>
public static class ConsoleRegistration
{
    /// <summary>Everything comes from this server. MudBlazor and Blazor set style attributes, hence the one exception.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string AssetManifest = "BillingCopilot.Bot.staticwebassets.endpoints.json";

    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }

    /// <summary>
    /// Maps <c>/</c>, its assets and its circuit. Call it after <c>UseAuthentication</c> and <c>UseAuthorization</c>:
    /// it adds the antiforgery check, which needs to know who is signed in.
    /// </summary>
    public static void MapConsole(this WebApplication app)
    {
        FindAssets(app);
        app.Use(AddHeadersAsync);
        app.UseAntiforgery();
        app.MapStaticAssets(AssetManifest).AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null)
            .AllowAnonymous();
    }

    // The host finds assets by itself only in the Development environment (a build) or below the current directory
    // (a publication). They stand beside this assembly, whoever starts it from wherever.
    private static void FindAssets(WebApplication app)
    {
        var built = Path.Combine(AppContext.BaseDirectory, "BillingCopilot.Bot.staticwebassets.runtime.json");
        var published = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (File.Exists(built))
        {
            app.Configuration[WebHostDefaults.StaticWebAssetsKey] ??= built;
            StaticWebAssetsLoader.UseStaticWebAssets(app.Environment, app.Configuration);
        }
        else if (Directory.Exists(published))
        {
            app.Environment.WebRootFileProvider = new PhysicalFileProvider(published);
        }
    }

    private static Task AddHeadersAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            if (http.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true)
            {
                http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
                http.Response.Headers["Referrer-Policy"] = "same-origin";
            }

            return Task.CompletedTask;
        });
        return next(http);
    }
}
