using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Storage;

namespace BillingCopilot.Governance.Operations;

/// <summary>How much harm a wrong use does; policy defaults and card colour follow it.</summary>
public enum Risk
{
    /// <summary>Informs someone; no money and no record changes (a mail, a note).</summary>
    Notify,

    /// <summary>Changes a record; can be undone in full.</summary>
    Reversible,

    /// <summary>Moves money or can't be undone.</summary>
    Money,
}

/// <summary>
/// One write: preview it from reads alone, carry it out with a grant. One class an operation; registered
/// with <c>AddOperation</c>. Only the executor can call <see cref="ExecuteAsync"/>, since only it makes grants.
/// </summary>
/// <typeparam name="TArguments">
/// Record of the arguments. Properties of type <see cref="ObjectRef"/> carry <see cref="HandleAttribute"/>;
/// amounts are <see cref="Money"/>; each property has a <c>[Description]</c>, which is prompt text.
/// </typeparam>
public interface IOperation<TArguments>
    where TArguments : class
{
    /// <summary>What models, policy files and cards know of it.</summary>
    static abstract OperationDescriptor Descriptor { get; }

    /// <summary>
    /// What would change, from reads made now. Refuses, with a reason, what can't or must not be done.
    /// The preview's arguments may be completed (a date pinned); the executor previews again and compares digests.
    /// </summary>
    Task<Outcome<Preview<TArguments>>> PreviewAsync(TArguments arguments, TenantContext tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Does it, with the idempotency key of the grant. May be called again with the same grant after a crash.
    /// </summary>
    Task<ExecutionResult> ExecuteAsync(TArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken);

    /// <summary>
    /// Reads whether an earlier, uncertain attempt with this grant took effect (by the proposal id in metadata).
    /// </summary>
    Task<ExecutionResult> ReconcileAsync(TArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken);

    /// <summary>
    /// Completes what goes with an effect that reconciling found (a mark on the invoice), never the effect itself.
    /// Default: nothing. A failure here does not change how the execution ended.
    /// </summary>
    Task FinishAsync(TArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}

/// <summary>What models, policy files and cards know of an operation. The tool that a model gets is made from this alone.</summary>
/// <param name="Name">snake_case verb and noun: <c>issue_refund</c>.</param>
/// <param name="Description">Prompt text: when to use it, and that it only proposes.</param>
/// <param name="ArgumentsType">The arguments record, from which the schema is generated.</param>
/// <param name="Risk">How much harm a wrong use does.</param>
public sealed record OperationDescriptor(string Name, string Description, Type ArgumentsType, Risk Risk)
{
    /// <summary>
    /// True when the far side answers a repeated idempotency key with its first answer (Stripe). An attempt that
    /// reconciling could not clear up is then sent again within 24 h; otherwise (mail) a person has to look.
    /// Default false.
    /// </summary>
    public bool FarSideReplays { get; init; }

    /// <summary>
    /// What bears the stamp of the proposal in its metadata, in words: <c>the refund</c>. Shown in the preview. Null
    /// for a far side without metadata.
    /// </summary>
    public string? Stamps { get; init; }

    /// <summary>True when policy.yaml must give a <c>limit</c> per customer, which the operation keeps itself.</summary>
    public bool NeedsLimit { get; init; }

    /// <summary>True when policy.yaml may say below which amount (<c>small_below</c>) this is the right thing to do.</summary>
    public bool HasSmall { get; init; }

    /// <summary>True when policy.yaml may say what contesting costs and by when it is to be done (<c>contest</c>).</summary>
    public bool HasContest { get; init; }

    /// <summary>True when policy.yaml may say within how many days (<c>window_days</c>) each reason is granted.</summary>
    public bool HasWindow { get; init; }

    /// <summary>
    /// True when its arguments are what a person filled in on a form: no model gets a tool of it, and what is proposed for
    /// an agent is refused. Default false.
    /// </summary>
    public bool FilledByPeople { get; init; }

    /// <summary>
    /// True when it is proposed as the undoing of an executed proposal alone, which names what it is done to: no model
    /// gets a tool of it. Default false.
    /// </summary>
    public bool UndoesOnly { get; init; }

    /// <summary>Where our own policies speak of it, so that its card quotes them; null for what none of them is about.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>
    /// What of the card's rows whoever asked has to be told in a sentence, such as that a window has passed; null where
    /// they hold nothing of the kind. Null for an operation without such rows.
    /// </summary>
    public Func<IReadOnlyList<PreviewChange>, string?>? Warning { get; init; }

    /// <summary>The operation that undoes an executed one of this, and its arguments; null where nothing does.</summary>
    public UndoneBy? Undo { get; init; }
}

/// <summary>How an effect is undone: by another operation, which is proposed and approved like any.</summary>
/// <param name="Operation">Name of the other operation.</param>
/// <param name="Argument">Its argument that names what is undone.</param>
/// <param name="OfResult">True: the object that the effect made; false: the object it changed.</param>
public sealed record UndoneBy(string Operation, string Argument, bool OfResult)
{
    /// <summary>A second argument of the other operation, which names the object that the effect changed; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Where the inverse brings values back: further arguments, from the rows of the executed proposal's card, which hold
    /// what stood there before; null where they don't tell (any more). Null for an inverse that needs no values.
    /// </summary>
    public Func<IReadOnlyList<PreviewChange>, JsonObject?>? Restore { get; init; }
}

/// <summary>What a proposal would do, computed by code from reads made now.</summary>
/// <param name="Arguments">The arguments, completed (dates pinned).</param>
/// <param name="Title">One line: <c>Credit $120.00 on invoice LUM-0042</c>.</param>
/// <param name="Customer">Whose object it is.</param>
/// <param name="CustomerName">The customer's name, as stored (untrusted).</param>
/// <param name="Target">The object that changes.</param>
/// <param name="Amount">Amount at stake; null when none.</param>
/// <param name="Changes">Before → after, one row a field.</param>
/// <param name="Reversibility">In words: how it can be undone, or that it can't.</param>
/// <param name="Declared">
/// The fields that matter, by name, as read now. Their digest binds the approval: if one of them moves, the
/// proposal is stale.
/// </param>
public sealed record Preview<TArguments>(
    TArguments Arguments,
    string Title,
    ObjectRef Customer,
    string CustomerName,
    ObjectRef Target,
    Money? Amount,
    IReadOnlyList<PreviewChange> Changes,
    string Reversibility,
    IReadOnlyDictionary<string, string> Declared)
{
    /// <summary>Every object that was read for it just now. An argument that names another is refused.</summary>
    public IReadOnlyList<ObjectRef> ReadAgain { get; init; } = [Customer, Target];

    /// <summary>Where our policies speak of this very case; null where the operation's own rule does.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>After this instant it is too late, such as a bank's deadline: the proposal waits no longer than that, however long its policy gives.</summary>
    public DateTimeOffset? TooLateAt { get; init; }
}

/// <summary>One row of a preview. <paramref name="Before"/> is empty for something new.</summary>
public sealed record PreviewChange(string Field, string Before, string After)
{
    /// <summary>The row that names the cheapest way to make it good that is right, and why.</summary>
    public const string Remedy = "Cheapest right remedy";

    /// <summary>The same in exact minor units, where the row is an amount.</summary>
    public long? BeforeMinor { get; init; }

    /// <inheritdoc cref="BeforeMinor"/>
    public long? AfterMinor { get; init; }

    /// <summary>Currency of both; null where the row is no amount.</summary>
    public string? Currency { get; init; }

    /// <summary>A row of amounts: as people read them, and exactly.</summary>
    public static PreviewChange Of(string field, Money before, Money after) => new(field, before.ToDisplayText(), after.ToDisplayText())
    {
        BeforeMinor = before.AmountMinor,
        AfterMinor = after.AmountMinor,
        Currency = after.Currency,
    };
}

/// <summary>How an execution ended.</summary>
public abstract record ExecutionResult
{
    private ExecutionResult()
    {
    }

    /// <summary>Done. <paramref name="ObjectId"/> is what it made or changed; <paramref name="RequestId"/> is Stripe's.</summary>
    public sealed record Executed(string ObjectId, string Summary, string? RequestId = null) : ExecutionResult
    {
        /// <summary>True when what goes with the effect (a mark) is missing still: the executor has it completed later.</summary>
        public bool Unfinished { get; init; }
    }

    /// <summary>Refused, with nothing done by this attempt.</summary>
    /// <param name="Definite">
    /// True when the far side itself refused the request: then nothing of the key is under way. False for a refusal
    /// of our own, before anything left.
    /// </param>
    public sealed record Failed(Refusal Refusal, bool Definite = false) : ExecutionResult;

    /// <summary>Not known whether it took effect: <paramref name="LookAt"/> says what a person should check.</summary>
    /// <param name="RequestId">The far side's request id, when it gave one.</param>
    public sealed record Unknown(string LookAt, string? RequestId = null) : ExecutionResult;

    /// <summary>Reconcile only: it certainly did not take effect, so the same key may be sent again.</summary>
    public sealed record NotDone : ExecutionResult;
}
