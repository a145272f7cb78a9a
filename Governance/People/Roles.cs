namespace BillingCopilot.Governance.People;

/// <summary>The roles there are.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Support = "support";
    public const string Operations = "operations";
    public const string Finance = "finance";
    public const string Admin = "admin";

    /// <summary>The copilot itself: it may propose where a policy says so, and approve nothing.</summary>
    public const string Automation = "automation";

    /// <summary>Roles a person can have.</summary>
    public static IReadOnlyList<string> OfPeople { get; } = [Viewer, Support, Operations, Finance, Admin];

    /// <summary>Roles that a policy can let propose.</summary>
    public static IReadOnlyList<string> OfProposers { get; } = [.. OfPeople, Automation];
}
