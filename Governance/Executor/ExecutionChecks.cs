using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Governance.Executor;

/// <summary>Asks the guards before each call, and says how it ends when one objects.</summary>
internal sealed class ExecutionChecks(GuardList guards)
{
    private const string Unchanged = "Nothing was done; propose it again.";

    /// <summary>Before the first call: the same proposal, still rightly approved, against the same state.</summary>
    public async Task<Obstacle?> BeforeFirstAsync(Run run, CancellationToken cancellationToken) =>
        await guards.Execute.FirstAsync(run, cancellationToken) is { } objection
            ? new Obstacle(objection.Ends, objection.Code, $"{objection.Why} {Unchanged}", objection.Fields)
            : null;

    /// <summary>Before anything is read again: the key still stands for the same request.</summary>
    public static Obstacle? BeforeReconciling(Run run) => ExecuteGuards.Tampered(run) is null
        ? null
        : Doubtful(run, new Objection("parameters_changed", "The stored proposal differs from the one that was sent with this idempotency key.", ProposalStatus.NeedsReconcile));

    /// <summary>Before what goes with an effect is completed: still the same proposal, in the account's same mode.</summary>
    public static Objection? BeforeFinishing(Run run) => ExecuteGuards.Tampered(run) ?? ExecuteGuards.OtherMode(run);

    /// <summary>
    /// Before a repetition: what held before the first call has to hold still. The first request may yet land, so
    /// a difference is a question for a person, never stale.
    /// </summary>
    public async Task<Obstacle?> BeforeRepeatingAsync(Run run, CancellationToken cancellationToken) =>
        BeforeReconciling(run) ?? (await guards.Execute.FirstAsync(run, cancellationToken) is { } objection ? Doubtful(run, objection) : null);

    /// <summary>When something is about to leave: what happened since the others were asked.</summary>
    public Task<Objection?> BeforeLeavingAsync(Run run, CancellationToken cancellationToken) => guards.Leave.FirstAsync(run, cancellationToken);

    /// <summary>How it ends that a call was held back: as if it had not begun, unless something may have left before.</summary>
    public static Obstacle HeldBack(Run run, Objection objection, bool mayHaveLeft) => mayHaveLeft
        ? Doubtful(run, objection)
        : new Obstacle(objection.Ends, objection.Code, $"{objection.Why} {Unchanged}", objection.Fields);

    private static Obstacle Doubtful(Run run, Objection objection) => new(
        ProposalStatus.NeedsReconcile, objection.Code, $"{objection.Why} It had been sent before, and that may have taken effect or still do; nothing more was sent. {run.LookAt}", objection.Fields);
}
