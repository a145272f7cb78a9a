using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Governance.Guards;

/// <summary>One rule that a write has to pass, by name, with what it judges.</summary>
/// <param name="Name">Stage and rule: <c>approve.requester_not_approver</c>.</param>
/// <param name="RefuseAsync">Why not, or null.</param>
internal sealed record Guard<TCase, TRefusal>(string Name, Func<TCase, CancellationToken, Task<TRefusal?>> RefuseAsync)
    where TRefusal : class
{
    /// <summary>A rule that looks at nothing but its case.</summary>
    public static Guard<TCase, TRefusal> Of(string name, Func<TCase, TRefusal?> refuse) => new(name, (about, _) => Task.FromResult(refuse(about)));
}

/// <summary>What is asked for, and once it is there, what it would do.</summary>
internal sealed record ProposeCase(ProposeRequest Request, OperationDescriptor Operation, OperationPolicy Policy, DateTimeOffset Now, OperationPreview? Shown = null);

/// <summary>Why an approved proposal must not be sent.</summary>
/// <param name="Ends">How it ends when nothing was sent yet.</param>
/// <param name="Fields">The declared fields that moved, by name.</param>
internal sealed record Objection(string Code, string Why, ProposalStatus Ends, params string[] Fields);

internal static class GuardRun
{
    /// <summary>The first refusal, in the list's order.</summary>
    public static async Task<TRefusal?> FirstAsync<TCase, TRefusal>(this IEnumerable<Guard<TCase, TRefusal>> guards, TCase about, CancellationToken cancellationToken)
        where TRefusal : class
    {
        foreach (var guard in guards)
        {
            if (await guard.RefuseAsync(about, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
