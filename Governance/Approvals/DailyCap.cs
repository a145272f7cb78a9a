using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Approvals;

/// <summary>
/// What may be approved for one customer within 24 hours, over all proposals of the operation: an amount split
/// into several proposals does not pass. Counted inside the approval's transaction, under the customer's lock.
/// </summary>
internal static class DailyCap
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    // What ended without an effect gives its share back; what is uncertain keeps it.
    private static readonly string[] Spending =
        [.. new[] { ProposalStatus.Approved, ProposalStatus.Executing, ProposalStatus.Executed, ProposalStatus.NeedsReconcile }.Select(WireName.Of)];

    public static async Task<Refusal?> RefuseAsync(CopilotDb db, ProposalRow row, OperationPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (policy.PerCustomerPerDay is not { } caps || ProposalViews.AmountOf(row) is not { } amount)
        {
            return null;
        }

        if (!caps.TryGetValue(amount.Currency, out var cap))
        {
            return new Refusal("cap_exceeded", $"The policy caps {policy.Operation} and names no cap for {amount.Currency.ToUpperInvariant()}.", "An admin can add one to policy.yaml.");
        }

        var spent = new Money(await SpentAsync(db, row, now - Window, null, cancellationToken), amount.Currency);
        return Math.Abs((decimal)amount.AmountMinor) + spent.AmountMinor > cap.AmountMinor
            ? new Refusal("cap_exceeded", $"{amount} would pass the cap of {cap} per customer within 24 hours, of which {spent} is used.", "Wait, or ask an admin to raise the cap.")
            : null;
    }

    /// <summary>
    /// The amount together with what was approved for the customer in the 24 hours before <paramref name="at"/>: what
    /// the threshold of the second approver is compared with. Null when no amount is at stake.
    /// </summary>
    /// <param name="until">Approvals from here on don't count; null counts all.</param>
    public static async Task<Money?> WithRecentAsync(CopilotDb db, ProposalRow row, DateTimeOffset at, DateTimeOffset? until, CancellationToken cancellationToken) =>
        ProposalViews.AmountOf(row) is not { } amount ? null
        : new Money(checked(Math.Abs(amount.AmountMinor) + await SpentAsync(db, row, at - Window, until, cancellationToken)), amount.Currency);

    private static async Task<long> SpentAsync(CopilotDb db, ProposalRow row, DateTimeOffset since, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var recent = db.Approvals.Where(a => a.Decision == Decision.Approved && a.At > since && (until == null || a.At < until)).Select(a => a.ProposalId);
        var amounts = await db.Proposals
            .Where(p => p.CustomerId == row.CustomerId && p.Operation == row.Operation && p.Currency == row.Currency && p.Id != row.Id)
            .Where(p => Spending.Contains(p.Status) && recent.Contains(p.Id))
            .Select(p => p.AmountMinor ?? 0)
            .ToListAsync(cancellationToken);
        return amounts.Sum(a => Math.Abs(a));
    }
}
