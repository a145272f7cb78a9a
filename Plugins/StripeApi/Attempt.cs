using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Turns the ways a Stripe write can end into an execution's result.</summary>
internal static class Attempt
{
    /// <summary>
    /// Right before sending: how it ends without another call, because an earlier run of the grant did it, it can't be
    /// done any more, or what would be done is not what was approved. Null: send.
    /// </summary>
    /// <param name="preview">Plans anew, from reads made now.</param>
    public static async Task<ExecutionResult?> ObstacleAsync<TArguments>(Func<Task<ExecutionResult>> reconcile, Func<Task<Outcome<Preview<TArguments>>>> preview, WriteGrant grant)
        where TArguments : class
    {
        // What an earlier run did would look like a moved state: that run is looked for first.
        if (await reconcile() is not ExecutionResult.NotDone and var earlier)
        {
            return earlier;
        }

        return !(await preview()).TryGet(out var now, out var refusal) ? new ExecutionResult.Failed(refusal)
            : grant.RefuseUnless(now.Declared) is { } differs ? new ExecutionResult.Failed(differs)
            : null;
    }

    /// <param name="lookAt">What a person checks when the outcome is in doubt.</param>
    public static Task<ExecutionResult> WriteAsync(Func<Task<ExecutionResult>> write, string lookAt, CancellationToken cancellationToken) =>
        WriteAsync(write, lookAt, StripeErrors.IsCertainlyUndone, cancellationToken);

    /// <summary>For a DELETE, which Stripe does not replay.</summary>
    /// <inheritdoc cref="WriteAsync(Func{Task{ExecutionResult}}, string, CancellationToken)"/>
    public static Task<ExecutionResult> DeleteAsync(Func<Task<ExecutionResult>> delete, string lookAt, CancellationToken cancellationToken) =>
        WriteAsync(delete, lookAt, StripeErrors.IsCertainlyUndoneWithoutKey, cancellationToken);

    private static async Task<ExecutionResult> WriteAsync(Func<Task<ExecutionResult>> write, string lookAt, Func<Exception, bool> isCertainlyUndone, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (Exception error) when (StripeErrors.IsFarSide(error, cancellationToken))
        {
            var refusal = StripeErrors.ToRefusal(error);
            return isCertainlyUndone(error)
                ? new ExecutionResult.Failed(refusal, Definite: true)
                : new ExecutionResult.Unknown($"{lookAt} {refusal}", refusal.RequestId);
        }
    }
}
