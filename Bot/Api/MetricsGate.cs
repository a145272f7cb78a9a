using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Identity;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Api;

/// <summary>
/// Who may read <c>/metrics</c>: whoever has the token of <c>Metrics:Token</c>. Without one, only this machine, and only
/// while every tenant is a sandbox: behind a proxy on the same machine everybody would look local.
/// </summary>
internal static class MetricsGate
{
    public static bool Admits(HttpContext http, CopilotSettings settings, TenantList tenants) =>
        settings.Metrics.Token is { } expected ? HasToken(http, expected) : tenants.All.All(t => t.IsSandbox) && LocalPicker.IsLoopback(http);

    private static bool HasToken(HttpContext http, string expected)
    {
        const string Scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), Convert.FromHexString(expected));
    }
}
