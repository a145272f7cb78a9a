using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Tells the conversation that a proposal came from how it ended: the requester reads it there, and the agent has it
/// before its next words.
/// </summary>
public sealed partial class DecisionNews(CopilotDbFactory databases, BusinessClock clock, PeopleDirectory people, ProposalBook book)
{
    private const int Tries = 5;
    private const string Prefix = "decision:";
    private const int Newest = 100;
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _swept = new(StringComparer.Ordinal);

    public async Task TellAsync(TenantContext tenant, ProposalView proposal, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AppendAsync(tenant, proposal, cancellationToken);
                return;
            }
            catch (DbUpdateException) when (attempt < Tries)
            {
                // A turn of the same conversation took the next place; there is another one after it.
            }
        }
    }

    /// <summary>
    /// Tells what a process that died after the decision, or a database that was away, left untold. Each time the newest
    /// hundred of each end are looked at; the first time and every hour all of them, so that none stays untold. Into a
    /// conversation that was erased nothing is written.
    /// </summary>
    public async Task CatchUpAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow;
        var all = !_swept.TryGetValue(tenant.Id, out var last) || now < last || now - last >= BetweenSweeps;
        await using var db = databases.Open(tenant);
        foreach (var status in new[] { "rejected", "stale" })
        {
            var ended = db.Proposals.Where(p => p.Status == status && p.Reason != SubjectEraser.Gone).OrderByDescending(p => p.CreatedAt).AsQueryable();
            var untold = await (all ? ended : ended.Take(Newest))
                .Where(p => db.Conversations.Any(c => c.Id == p.ConversationId) && !db.Messages.Any(m => m.ConversationId == p.ConversationId && m.TaskId == Prefix + p.Id))
                .Select(p => p.Id).ToListAsync(cancellationToken);
            foreach (var id in untold)
            {
                await TellAsync(tenant, (await book.FindAsync(tenant, id, cancellationToken))!, cancellationToken);
            }
        }

        if (all)
        {
            _swept[tenant.Id] = now;
        }
    }

    private async Task AppendAsync(TenantContext tenant, ProposalView proposal, CancellationToken cancellationToken)
    {
        var task = Prefix + proposal.Id;
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        if (!await db.Conversations.AnyAsync(c => c.Id == proposal.ConversationId, cancellationToken)
            || await db.Messages.AnyAsync(m => m.ConversationId == proposal.ConversationId && m.TaskId == task, cancellationToken))
        {
            return;
        }

        var last = await db.Messages.Where(m => m.ConversationId == proposal.ConversationId).MaxAsync(m => (int?)m.Seq, cancellationToken) ?? 0;
        db.Messages.Add(new MessageRow
        {
            TenantId = tenant.Id,
            ConversationId = proposal.ConversationId,
            Seq = last + 1,
            TaskId = task,
            Role = "assistant",
            Content = new StoredMessage("assistant", Words(proposal), null, null).ToJson(),
            At = clock.UtcNow,
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private string Words(ProposalView proposal)
    {
        var rejection = proposal.Approvals.LastOrDefault(a => a.Decision == "rejected");
        var text = rejection is null
            ? $"The proposal \"{proposal.Title}\" was approved and then dropped: {proposal.ResultText}"
            : $"The proposal \"{proposal.Title}\" was rejected by {people.Find(rejection.Person)?.Name ?? rejection.Person}."
                + (string.IsNullOrWhiteSpace(rejection.Reason) ? "" : $" Their reason: «{rejection.Reason.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal)}»");

        // A model sees handles only, never an object's real id.
        return RealId().Replace(text, "[id]");
    }

    [GeneratedRegex(@"\b[a-z]{2,8}_[A-Za-z0-9]{8,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex RealId();
}
