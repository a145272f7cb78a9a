using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace BillingCopilot.Bot.Identity;

/// <summary>
/// <c>Authorization: Bearer …</c>. A configured token names its person (<c>Auth:Tokens:PERSON</c> holds the
/// SHA-256). With a sandbox, and from loopback only, <c>sandbox-PERSON</c> (or <c>sandbox-PERSON@TENANT</c>) works
/// without any set-up: it is the people picker for programs.
/// </summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logs,
    UrlEncoder encoder,
    TenantList tenants,
    PeopleDirectory people) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "bearer";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var token = header["Bearer ".Length..].Trim();
        var principal = FromConfigured(token) is { } known ? SignedIn.Principal(known.Item2, known.Item1, SchemeName, SignedIn.ByToken)
            : FromSandbox(token) is { } picked ? SignedIn.Principal(picked.Item2, picked.Item1, SchemeName, SignedIn.ByPicker)
            : null;
        if (principal is null)
        {
            return Task.FromResult(AuthenticateResult.Fail("The bearer token names nobody."));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName)));
    }

    private (Tenant, Person)? FromConfigured(string token)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        foreach (var tenant in tenants.All)
        {
            foreach (var (id, expected) in tenant.Auth.Tokens)
            {
                if (Convert.TryFromHex(expected, out var bytes) && CryptographicOperations.FixedTimeEquals(hash, bytes) && people.Find(id) is { } person)
                {
                    return (tenant, person);
                }
            }
        }

        return null;
    }

    private (Tenant, Person)? FromSandbox(string token)
    {
        if (!token.StartsWith("sandbox-", StringComparison.Ordinal) || !LocalPicker.IsLoopback(Context))
        {
            return null;
        }

        var parts = token["sandbox-".Length..].Split('@', 2);
        var tenant = parts.Length == 2 ? tenants.Find(parts[1]) : tenants.Default;
        return tenant is { IsSandbox: true } && people.Find(parts[0]) is { } person ? (tenant, person) : null;
    }

    private static class Convert
    {
        public static bool TryFromHex(string text, out byte[] bytes)
        {
            try
            {
                bytes = System.Convert.FromHexString(text);
                return true;
            }
            catch (FormatException)
            {
                bytes = [];
                return false;
            }
        }
    }
}
