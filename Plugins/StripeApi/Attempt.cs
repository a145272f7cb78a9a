using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Turns the ways a Stripe write can end into an execution's result.</summary>
internal static class Attempt
{
    /// <param name="lookAt">What a person checks when the outcome is in doubt.</param>
    public static async Task<ExecutionResult> WriteAsync(Func<Task<ExecutionResult>> write, string lookAt, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (Exception error) when (StripeErrors.IsFarSide(error, cancellationToken))
        {
            var refusal = StripeErrors.ToRefusal(error);
            return StripeErrors.IsCertainlyUndone(error)
                ? new ExecutionResult.Failed(refusal, Definite: true)
                : new ExecutionResult.Unknown($"{lookAt} {refusal}", refusal.RequestId);
        }
    }
}
