using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Approvals;

/// <summary>
/// Whether a second person has to approve. The threshold is compared with all money of one customer that was approved
/// within the caps' window, whatever the operation: a refund, a coupon and a credit, each below it, are one sum.
/// </summary>
internal static class SecondApprovers
{
    private static readonly string MovesMoney = WireName.Of(Risk.Money);

    /// <summary>How many distinct people have to approve.</summary>
    /// <param name="at">Of the approval.</param>
    /// <param name="until">Approvals from here on don't count; null counts all.</param>
    public static async Task<int> NeededAsync(CopilotDb db, ProposalRow row, OperationPolicy policy, DateTimeOffset at, DateTimeOffset? until, CancellationToken cancellationToken) =>
        policy.SecondApproverAbove is null || ProposalViews.AmountOf(row) is not { } amount
            ? 1
            : policy.ApproversFor(Together(amount, Counting(row.Id, row.Operation, row.Risk, amount, await Caps.ApprovedOfAsync(db, [row.CustomerId], at, until, cancellationToken))));

    /// <summary>The same proposals; those that wait say why they need two people.</summary>
    public static async Task<IReadOnlyList<ProposalView>> ExplainAsync(CopilotDb db, IReadOnlyList<ProposalView> views, PolicyBook policies, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool MayNeedTwo(ProposalView view) => view is { Status: ProposalStatus.Pending, Amount: not null } && policies.Find(view.Operation)?.SecondApproverAbove is not null;
        string[] customers = [.. views.Where(MayNeedTwo).Select(v => v.Customer.Id).Distinct(StringComparer.Ordinal)];
        if (customers.Length == 0)
        {
            return views;
        }

        var recent = (await Caps.ApprovedOfAsync(db, customers, now, null, cancellationToken)).ToLookup(a => a.Customer);
        return [.. views.Select(v => MayNeedTwo(v) ? v with { SecondApprover = Because(v, policies.For(v.Operation), recent[v.Customer.Id]) } : v)];
    }

    private static string? Because(ProposalView view, OperationPolicy policy, IEnumerable<ApprovedAmount> recent)
    {
        var amount = view.Amount!.Value;
        List<ApprovedAmount> counting = [.. Counting(view.Id, view.Operation, WireName.Of(view.Risk), amount, recent)];
        var together = Together(amount, counting);
        if (policy.ApproversFor(together) == 1)
        {
            return null;
        }

        if (!policy.SecondApproverAbove!.TryGetValue(amount.Currency, out var limit))
        {
            return $"The policy names no amount of {amount.Currency.ToUpperInvariant()} up to which one person is enough.";
        }

        var own = amount with { AmountMinor = Math.Abs(amount.AmountMinor) };
        return own.AmountMinor > limit.AmountMinor
            ? $"{own.ToDisplayText()} is more than {limit.ToDisplayText()}, above which two people approve."
            : $"With {(together - own).ToDisplayText()} approved for this customer within 24 hours or still waiting ({string.Join(", ", counting.Select(a => a.Operation).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}) it comes to {together.ToDisplayText()}, more than {limit.ToDisplayText()}, above which two people approve.";
    }

    /// <summary>What counts beside this one: the same operation, and where money moves all others that move it.</summary>
    private static IEnumerable<ApprovedAmount> Counting(string id, string operation, string risk, Money amount, IEnumerable<ApprovedAmount> recent) =>
        recent.Where(a => a.Id != id && a.Currency == amount.Currency && (a.Operation == operation || (risk == MovesMoney && a.Risk == MovesMoney)));

    private static Money Together(Money amount, IEnumerable<ApprovedAmount> others) =>
        new(others.Aggregate(Math.Abs(amount.AmountMinor), (sum, a) => checked(sum + Math.Abs(a.AmountMinor))), amount.Currency);
}

/// <summary>An amount that was approved and not yet done, or was done within the caps' window.</summary>
internal sealed record ApprovedAmount(string Id, string Customer, string Operation, string Risk, long AmountMinor, string Currency);
