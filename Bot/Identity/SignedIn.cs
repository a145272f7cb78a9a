using System.Security.Claims;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Bot.Identity;

/// <summary>Who is calling, and for which tenant. Roles are read from <c>people.yaml</c> at each use, never from a claim.</summary>
public sealed record SignedIn(Person Person, Tenant Tenant)
{
    private const string TenantClaim = "tenant";

    public static ClaimsPrincipal Principal(Person person, Tenant tenant, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, person.Id),
            new Claim(ClaimTypes.Name, person.Name),
            .. person.Roles.Select(r => new Claim(ClaimTypes.Role, r)),
            new Claim(TenantClaim, tenant.Context.Id),
        ],
        scheme));

    /// <summary>The person behind a principal, or null when they or the tenant are no longer known.</summary>
    public static SignedIn? From(ClaimsPrincipal principal, PeopleDirectory people, TenantList tenants) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
        && people.Find(id) is { } person
        && principal.FindFirstValue(TenantClaim) is { } tenantId
        && tenants.Find(tenantId) is { } tenant
            ? new SignedIn(person, tenant)
            : null;
}
