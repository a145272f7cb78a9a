using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Governance.Policy;

/// <summary>Who may do what with one operation.</summary>
/// <param name="Propose">Roles that may propose.</param>
/// <param name="Approve">Roles that may approve or reject.</param>
/// <param name="SelfApproval">Whether the requester may approve their own proposal.</param>
/// <param name="Expiry">How long a proposal waits for its decision, in business time.</param>
/// <param name="SecondApproverAbove">
/// By currency: above this amount two distinct people must approve; compared with all money approved for the customer
/// within 24 hours. A currency that is not listed always needs two; null means that one is enough for any amount.
/// </param>
/// <param name="PerCustomerPerDay">
/// By currency: most that may be approved for one customer within 24 hours. A currency that is not listed can't be
/// approved; null means no cap.
/// </param>
public sealed record OperationPolicy(
    string Operation,
    IReadOnlyList<string> Propose,
    IReadOnlyList<string> Approve,
    bool SelfApproval,
    TimeSpan Expiry,
    IReadOnlyDictionary<string, Money>? SecondApproverAbove,
    IReadOnlyDictionary<string, Money>? PerCustomerPerDay)
{
    /// <summary>By currency: most that one person may approve within 24 hours; null means no cap.</summary>
    public IReadOnlyDictionary<string, Money>? PerApproverPerDay { get; init; }

    /// <summary>By currency: most that may be approved within 24 hours for all customers together; null means no cap.</summary>
    public IReadOnlyDictionary<string, Money>? PerDay { get; init; }

    /// <summary>Most proposals that one signature may cover; 0 means that each is decided by itself.</summary>
    public int BatchRows { get; init; }

    /// <summary>Most for one customer over days, in the policy's own words; only of operations that keep such a limit.</summary>
    public CourtesyLimit? Limit { get; init; }

    /// <summary>By currency: the policy's bound of what is small, for operations whose advice depends on it; null means none.</summary>
    public IReadOnlyDictionary<string, Money>? SmallBelow { get; init; }

    /// <summary>By the operation's reasons (Stripe's words): days after the charge within which the policy grants it. A reason that is not listed has no window; null means none.</summary>
    public IReadOnlyDictionary<string, int>? WindowDays { get; init; }

    /// <summary>What contesting a dispute costs and by when it is to be done; null where nobody wrote it down.</summary>
    public ContestTerms? Contest { get; init; }

    /// <summary>How many distinct people have to approve this sum.</summary>
    public int ApproversFor(Money? amount) =>
        amount is { } money && SecondApproverAbove is { } limits
        && !(limits.TryGetValue(money.Currency, out var limit) && Math.Abs(money.AmountMinor) <= limit.AmountMinor)
            ? 2
            : 1;

    /// <summary>Who has to approve, in words.</summary>
    /// <param name="second">Why two people have to; null when one is enough.</param>
    public string Needs(string? second) =>
        $"approval by {(second is null ? "one person" : "two people")} with role {string.Join(" or ", Approve)}{(SelfApproval ? "" : ", not by the requester")}{(second is null ? "" : $". {second}")}";

    /// <summary>The role with which this person may propose, or null.</summary>
    public string? ProposerRole(Person person) => person.Roles.FirstOrDefault(Propose.Contains);

    /// <summary>The role with which this person may decide, or null.</summary>
    public string? ApproverRole(Person person) => person.Roles.FirstOrDefault(Approve.Contains);
}

/// <summary>The policy of every operation.</summary>
/// <param name="version">Hash of the effective policy: part of every proposal's hash.</param>
public sealed class PolicyBook(IReadOnlyDictionary<string, OperationPolicy> policies, string version)
{
    public string Version { get; } = version;

    /// <summary>Where tickets go.</summary>
    public QueueBook Queues { get; init; } = QueueBook.One;

    /// <summary>Every registered operation has one: a missing policy stops the start-up.</summary>
    public OperationPolicy For(string operation) => policies[operation];

    /// <summary>Null for an operation that is not registered.</summary>
    public OperationPolicy? Find(string operation) => policies.GetValueOrDefault(operation);
}
