using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Approvals;

/// <summary>What a cap is counted over.</summary>
internal enum CapScope
{
    /// <summary>All that is approved for one customer.</summary>
    Customer,

    /// <summary>All that one person approves.</summary>
    Approver,

    /// <summary>All that is approved.</summary>
    Day,
}

/// <summary>
/// What may be approved of an operation within 24 hours, over all its proposals: an amount split into several does
/// not pass. What is approved and not yet done counts whatever its age, since it may wait for its time and all of it
/// may come true in one day; what is done counts from when it was first sent. An approval reserves its amount by being recorded, in the transaction that counted the others, under
/// the locks of <see cref="LockAsync"/>; what ended without an effect gives its share back.
/// </summary>
internal static class Caps
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private static readonly string Pending = WireName.Of(ProposalStatus.Pending);

    private static readonly string Executed = WireName.Of(ProposalStatus.Executed);

    // What ended without an effect gives its share back; what is uncertain keeps it.
    private static readonly string[] Open = [.. new[] { ProposalStatus.Approved, ProposalStatus.Executing, ProposalStatus.NeedsReconcile }.Select(WireName.Of)];

    /// <summary>Holds everything that the counts rest on until the transaction ends.</summary>
    public static async Task LockAsync(CopilotDb db, ProposalRow row, OperationPolicy policy, string person, CancellationToken cancellationToken)
    {
        await db.LockAsync("customer:" + row.CustomerId, cancellationToken);
        if (policy.PerApproverPerDay is not null)
        {
            await db.LockAsync($"approver:{policy.Operation}:{person}", cancellationToken);
        }

        if (policy.PerDay is not null)
        {
            await db.LockAsync("day:" + policy.Operation, cancellationToken);
        }
    }

    public static async Task<Refusal?> RefuseAsync(DecisionCase about, CapScope scope, CancellationToken cancellationToken)
    {
        var policy = about.Policy;
        var (limits, words) = scope switch
        {
            CapScope.Customer => (policy.PerCustomerPerDay, "per customer"),
            CapScope.Approver => (policy.PerApproverPerDay, "per approver"),
            _ => (policy.PerDay, "for all customers"),
        };
        if (!about.Decision.Approves || limits is null || ProposalViews.AmountOf(about.Proposal) is not { } amount)
        {
            return null;
        }

        if (!limits.TryGetValue(amount.Currency, out var cap))
        {
            return new Refusal("cap_exceeded", $"The policy caps {policy.Operation} and names no cap for {amount.Currency.ToUpperInvariant()}.", "An admin can add one to policy.yaml.");
        }

        var spent = new Money(await SpentAsync(about, scope, cancellationToken), amount.Currency);
        return Math.Abs((decimal)amount.AmountMinor) + spent.AmountMinor > cap.AmountMinor
            ? new Refusal("cap_exceeded", $"{amount} would pass the cap of {cap} {words} within 24 hours, of which {spent} is used.", "Wait, or ask an admin to raise the cap.")
            : null;
    }

    /// <summary>
    /// Amounts of all operations that were approved for the customers and not yet done, or were done in the 24 hours
    /// before <paramref name="at"/>.
    /// </summary>
    /// <param name="until">Approvals from here on don't count; null counts all.</param>
    public static async Task<List<ApprovedAmount>> ApprovedOfAsync(CopilotDb db, string[] customers, DateTimeOffset at, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var approved = ApprovedIds(db, until, null);
        var rows = db.Proposals.Where(p => customers.Contains(p.CustomerId) && p.AmountMinor != null && p.Currency != null && approved.Contains(p.Id));
        return await Spending(db, rows, at - Window).Select(p => new ApprovedAmount(p.Id, p.CustomerId, p.Operation, p.Risk, p.AmountMinor!.Value, p.Currency!)).ToListAsync(cancellationToken);
    }

    private static Task<long> SpentAsync(DecisionCase about, CapScope scope, CancellationToken cancellationToken)
    {
        var row = about.Proposal;
        var others = Others(about.Db, row);
        var by = ApprovedIds(about.Db, null, about.Decision.Person.Id);
        var since = about.Now - Window;

        // A first of two approvals counts for the person already, or two first approvals would share one cap.
        return SumAsync(
            scope switch
            {
                CapScope.Customer => Spending(about.Db, others.Where(p => p.CustomerId == row.CustomerId), since),
                CapScope.Approver => Spending(about.Db, others.Where(p => by.Contains(p.Id)), since, Pending),
                _ => Spending(about.Db, others, since),
            },
            cancellationToken);
    }

    /// <param name="also">A status that counts besides those of what is approved; whatever its age.</param>
    private static IQueryable<ProposalRow> Spending(CopilotDb db, IQueryable<ProposalRow> rows, DateTimeOffset since, string? also = null)
    {
        var done = SentIds(db, since);
        return rows.Where(p => Open.Contains(p.Status) || p.Status == also || (p.Status == Executed && done.Contains(p.Id)));
    }

    /// <summary>Executions that were first sent after a moment.</summary>
    internal static IQueryable<string> SentIds(CopilotDb db, DateTimeOffset since) => db.Executions.Where(e => e.Attempts > 0 && e.FirstSentAt > since).Select(e => e.ProposalId);

    /// <summary>Statuses of what is approved and may yet have its effect.</summary>
    internal static string[] MayYetHappen => Open;

    private static IQueryable<ProposalRow> Others(CopilotDb db, ProposalRow row) =>
        db.Proposals.Where(p => p.Operation == row.Operation && p.Currency == row.Currency && p.Id != row.Id);

    /// <param name="until">What got its last approval from here on was not approved before; null: all.</param>
    private static IQueryable<string> ApprovedIds(CopilotDb db, DateTimeOffset? until, string? person) => db.Approvals
        .Where(a => a.Decision == Decision.Approved && (person == null || a.Person == person)
            && (until == null || !db.Approvals.Any(l => l.ProposalId == a.ProposalId && l.Decision == Decision.Approved && l.At >= until)))
        .Select(a => a.ProposalId);

    private static async Task<long> SumAsync(IQueryable<ProposalRow> rows, CancellationToken cancellationToken) =>
        (await rows.Select(p => p.AmountMinor ?? 0).ToListAsync(cancellationToken)).Sum(a => Math.Abs(a));
}
