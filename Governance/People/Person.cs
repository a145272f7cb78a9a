namespace BillingCopilot.Governance.People;

/// <summary>Someone who may ask, approve or administer. Loaded from <c>people.yaml</c>.</summary>
/// <param name="Id">Short id: <c>sam</c>.</param>
/// <param name="Name">Display name.</param>
/// <param name="Roles">Role names: viewer, support, operations, finance, admin.</param>
public sealed record Person(string Id, string Name, IReadOnlyList<string> Roles)
{
    /// <summary>The copilot itself, which starts webhook tasks: it may propose, and approve nothing.</summary>
    public static Person Automation { get; } = new("automation", "BillingCopilot", [People.Roles.Automation]);

    /// <summary>Object id in Microsoft Entra, as a verified Teams token carries it.</summary>
    public string? Teams { get; init; }

    /// <summary>Member id in Slack (<c>U…</c>), as a signed request carries it.</summary>
    public string? Slack { get; init; }

    /// <summary>Mail address of the sign-in.</summary>
    public string? Mail { get; init; }
}
