using System.Security.Claims;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Bot.WebConsole;

/// <summary>Reads the person from the sign-in. Good for showing names; rights are looked up by id behind the backend.</summary>
public static class PersonClaims
{
    /// <summary>The signed-in person, or null.</summary>
    public static Person? Read(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true } && principal.FindFirstValue(ClaimTypes.NameIdentifier) is { Length: > 0 } id
            ? new Person(id, principal.FindFirstValue(ClaimTypes.Name) ?? id, [.. principal.FindAll(ClaimTypes.Role).Select(c => c.Value)])
            : null;
}
