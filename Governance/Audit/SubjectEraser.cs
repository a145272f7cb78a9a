using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Governance.Audit;

/// <summary>
/// Erases a person: drops their key, so that no encrypted words about them can be read again wherever a copy lies, and
/// takes the words out of conversations, journals, proposals, tickets, notes and kept events. Ids, amounts, hashes, decisions and the
/// audit chains stay as they are.
/// </summary>
public sealed class SubjectEraser(CopilotDbFactory databases, AuditLog log)
{
    /// <summary>What stands where words stood.</summary>
    public const string Gone = "[erased]";

    private static readonly string[] Open =
        [.. new[] { ProposalStatus.Pending, ProposalStatus.Approved, ProposalStatus.Executing, ProposalStatus.NeedsReconcile }.Select(WireName.Of)];

    /// <summary>Refusals: not_allowed, matter_open (a proposal about them is not ended), busy (a task of theirs runs).</summary>
    /// <param name="subject">A customer's id, or the id of one of the people who ask.</param>
    public async Task<Outcome<Erasure>> EraseAsync(TenantContext tenant, string subject, Person person, CancellationToken cancellationToken)
    {
        if (!person.Roles.Contains(Roles.Admin))
        {
            return new Refusal("not_allowed", $"{person.Name} may not erase people's words.", "Admins may.");
        }

        await using var db = databases.Open(tenant);
        await OverwriteFreedPagesAsync(db, cancellationToken);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("subject:" + subject, cancellationToken);
        var conversations = await ConversationsAsync(db, subject, cancellationToken);
        if (await UnfinishedAsync(db, subject, conversations, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var keys = await db.SubjectKeys.Where(k => k.Subject == subject).ExecuteDeleteAsync(cancellationToken);
        var erased = new Erasure(
            keys > 0,
            conversations.Count,
            await EraseConversationsAsync(db, conversations, cancellationToken),
            await EraseProposalsAsync(db, subject, conversations, cancellationToken),
            await db.Inbox.Where(e => e.Payload.Contains($"\"{subject}\"")).ExecuteUpdateAsync(e => e.SetProperty(r => r.Payload, "{}"), cancellationToken)
                + await EraseTicketsAsync(db, subject, conversations, cancellationToken));
        await log.AppendAsync(db, Entry(subject, person, erased), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await EmptyLogAsync(db, cancellationToken);
        return erased;
    }

    /// <summary>Conversations of the person, and those in which the customer was looked up or something was proposed for them.</summary>
    private static async Task<List<string>> ConversationsAsync(CopilotDb db, string subject, CancellationToken cancellationToken) =>
        await db.Conversations.Where(c => c.Person == subject).Select(c => c.Id)
            .Union(db.Handles.Where(h => h.ObjectId == subject).Select(h => h.ConversationId))
            .Union(db.Proposals.Where(p => p.CustomerId == subject || p.RequestedBy == subject).Select(p => p.ConversationId))
            .Union(db.Tasks.Where(t => t.RequestedBy == subject || t.Input.Contains($"\"{subject}\"")).Select(t => t.ConversationId))
            .ToListAsync(cancellationToken);

    private static async Task<Refusal?> UnfinishedAsync(CopilotDb db, string subject, List<string> conversations, CancellationToken cancellationToken)
    {
        var open = await db.Proposals.Where(p => (p.CustomerId == subject || p.RequestedBy == subject) && Open.Contains(p.Status)).OrderBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellationToken);
        return open.Count > 0
            ? new Refusal("matter_open", $"{open.Count} proposal(s) about {subject} are not ended: {string.Join(", ", open.Take(5))}.", "Decide on them first: what people approve by must not vanish under them.")
            : await db.Tasks.AnyAsync(t => conversations.Contains(t.ConversationId) && (t.Status == "queued" || t.Status == "running"), cancellationToken)
            ? new Refusal("busy", $"A task that speaks of {subject} is being worked on.", "Try again when it is done.")
            : null;
    }

    /// <summary>Messages and journals go; questions and answers are blanked; mail addresses leave the handles.</summary>
    private static async Task<int> EraseConversationsAsync(CopilotDb db, List<string> conversations, CancellationToken cancellationToken)
    {
        var ours = db.Tasks.Where(t => conversations.Contains(t.ConversationId));
        var steps = db.Steps.Where(s => ours.Any(t => t.Id == s.TaskId));
        var messages = await db.Messages.Where(m => conversations.Contains(m.ConversationId)).ExecuteDeleteAsync(cancellationToken);
        messages += await steps.ExecuteDeleteAsync(cancellationToken);
        messages += await db.StreamEvents.Where(e => ours.Any(t => t.Id == e.TaskId)).ExecuteDeleteAsync(cancellationToken);
        await ours.ExecuteUpdateAsync(t => t.SetProperty(r => r.Answer, (string?)null).SetProperty(r => r.Error, (string?)null), cancellationToken);
        await ours.Where(t => t.Kind == "chat").ExecuteUpdateAsync(t => t.SetProperty(r => r.Input, $"{{\"Text\":\"{Gone}\"}}"), cancellationToken);
        await db.Handles.Where(h => h.Kind == "mail" && conversations.Contains(h.ConversationId))
            .ExecuteUpdateAsync(h => h.SetProperty(r => r.ObjectId, r => Gone + r.Handle), cancellationToken);
        return messages;
    }

    /// <summary>The customer's own proposals lose every word; others of the same conversations lose the model's.</summary>
    private static async Task<int> EraseProposalsAsync(CopilotDb db, string subject, List<string> conversations, CancellationToken cancellationToken)
    {
        await db.Proposals.Where(p => conversations.Contains(p.ConversationId)).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Reason, Gone).SetProperty(r => r.Evidence, "{}"), cancellationToken);
        return await db.Proposals.Where(p => p.CustomerId == subject).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Title, Gone).SetProperty(r => r.CustomerName, Gone).SetProperty(r => r.Reversibility, Gone)
                .SetProperty(r => r.Changes, "[]").SetProperty(r => r.Arguments, "{}").SetProperty(r => r.Declared, "{}")
                .SetProperty(r => r.Reason, Gone).SetProperty(r => r.Evidence, "{}").SetProperty(r => r.ResultText, (string?)null),
            cancellationToken);
    }

    /// <summary>Their tickets, as the helpdesk names them or as they were sorted, and the notes about them.</summary>
    private static async Task<int> EraseTicketsAsync(CopilotDb db, string subject, List<string> conversations, CancellationToken cancellationToken)
    {
        var sorted = db.Handles.Where(h => h.Kind == "ticket" && conversations.Contains(h.ConversationId)).Select(h => h.ObjectId);
        var tickets = await db.Tickets.Where(t => t.CustomerId == subject || sorted.Contains(t.Id)).ExecuteUpdateAsync(
            t => t.SetProperty(r => r.Subject, Gone).SetProperty(r => r.Body, Gone).SetProperty(r => r.SenderName, Gone).SetProperty(r => r.SenderMail, Gone), cancellationToken);
        return tickets + await db.Notes.Where(n => n.CustomerId == subject).ExecuteUpdateAsync(n => n.SetProperty(r => r.Text, Gone), cancellationToken);
    }

    /// <summary>SQLite leaves the old bytes in free pages unless told otherwise.</summary>
    private static async Task OverwriteFreedPagesAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        if (IsSqlite(db))
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            await db.Database.ExecuteSqlRawAsync("PRAGMA secure_delete = ON", cancellationToken);
        }
    }

    /// <summary>Its write-ahead log keeps them too, until it is emptied; while somebody reads, that happens at a later checkpoint.</summary>
    private static async Task EmptyLogAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        if (IsSqlite(db))
        {
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
        }
    }

    private static bool IsSqlite(CopilotDb db) => db.Database.ProviderName?.EndsWith("Sqlite", StringComparison.Ordinal) == true;

    private static AuditEntry Entry(string subject, Person person, Erasure erased) => new("subject.erased", person.Id, "subject", new JsonObject
    {
        ["subject_hash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject))),
        ["keys"] = erased.HadKey ? 1 : 0,
        ["conversations"] = erased.Conversations,
        ["messages"] = erased.Messages,
        ["proposals"] = erased.Proposals,
        ["events"] = erased.Events,
    });
}

/// <summary>What an erasure reached.</summary>
/// <param name="HadKey">True when there were encrypted words about them.</param>
/// <param name="Messages">Messages and journaled steps that are gone.</param>
/// <param name="Events">Kept webhook bodies, tickets and notes that are blanked.</param>
public sealed record Erasure(bool HadKey, int Conversations, int Messages, int Proposals, int Events);
