using System.Security.Claims;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Bot.Identity;

/// <summary>Who is calling, and for which tenant. Roles are read from <c>people.yaml</c> at each use, never from a claim.</summary>
public sealed record SignedIn(Person Person, Tenant Tenant)
{
    private const string TenantClaim = "tenant";
    private const string AccountClaim = "account";
    private const string LivemodeClaim = "livemode";
    private const string WayClaim = "signed_in_by";

    /// <summary>How a person chose themselves, with a sandbox. No such sign-in counts anywhere else.</summary>
    public const string ByPicker = "sandbox_picker";

    /// <summary>With a configured bearer token.</summary>
    public const string ByToken = "token";

    /// <param name="way"><see cref="ByPicker"/> or <see cref="ByToken"/>.</param>
    /// <param name="session">Of a browser, so that signing out ends it everywhere.</param>
    public static ClaimsPrincipal Principal(Person person, Tenant tenant, string scheme, string way, Claim? session = null) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, person.Id),
            new Claim(ClaimTypes.Name, person.Name),
            .. person.Roles.Select(r => new Claim(ClaimTypes.Role, r)),
            new Claim(TenantClaim, tenant.Context.Id),
            new Claim(AccountClaim, tenant.Context.Account),
            new Claim(LivemodeClaim, tenant.Context.Livemode ? "true" : "false"),
            new Claim(WayClaim, way),
            .. session is null ? Array.Empty<Claim>() : [session],
        ],
        scheme));

    /// <summary>
    /// The person behind a principal. Null when they or the tenant are no longer known, when the tenant's account or
    /// mode changed since, and for a picked person once the tenant is no sandbox: cookies outlive a change of keys.
    /// </summary>
    public static SignedIn? From(ClaimsPrincipal principal, PeopleDirectory people, TenantList tenants) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
        && people.Find(id) is { } person
        && principal.FindFirstValue(TenantClaim) is { } tenantId
        && tenants.Find(tenantId) is { } tenant
        && principal.FindFirstValue(AccountClaim) == tenant.Context.Account
        && principal.FindFirstValue(LivemodeClaim) == (tenant.Context.Livemode ? "true" : "false")
        && (tenant.IsSandbox || principal.FindFirstValue(WayClaim) == ByToken)
            ? new SignedIn(person, tenant)
            : null;
}
