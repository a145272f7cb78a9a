using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;

namespace BillingCopilot.Plugins.Support;

/// <summary>The steps before a write that operations share.</summary>
internal static class Planned
{
    /// <summary>As <see cref="Attempt.ObstacleAsync"/>, and then writes what was planned right before.</summary>
    /// <param name="lookAt">What a person checks when the outcome is in doubt.</param>
    public static async Task<ExecutionResult> ExecuteAsync<TArguments>(
        Func<Task<ExecutionResult>> reconcile,
        Func<Task<Outcome<Preview<TArguments>>>> plan,
        WriteGrant grant,
        Func<Preview<TArguments>, Task<ExecutionResult>> write,
        string lookAt,
        CancellationToken cancellationToken)
        where TArguments : class
    {
        ArgumentNullException.ThrowIfNull(grant);
        Preview<TArguments>? planned = null;
        return await Attempt.ObstacleAsync(
            reconcile,
            async () =>
            {
                var outcome = await plan();
                planned = outcome.TryGet(out var preview, out _) ? preview : null;
                return outcome;
            },
            grant) ?? await Attempt.WriteAsync(() => write(planned!), lookAt, cancellationToken);
    }
}
