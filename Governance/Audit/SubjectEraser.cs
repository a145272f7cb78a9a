using System.Globalization;
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
/// Erases a person: drops their key and those of the conversations about them, so that no encrypted words can be read
/// again wherever a copy lies, and takes the words out of conversations, journals, proposals, tickets, notes and kept
/// events. Ids, amounts, hashes, decisions and the audit chains stay as they are.
/// </summary>
public sealed class SubjectEraser(CopilotDbFactory databases, BusinessClock clock, SubjectKeys keys, AuditContents contents, AuditLog log)
{
    /// <summary>What stands where words stood.</summary>
    public const string Gone = "[erased]";

    private const string Kind = "subject.erased";

    private static readonly string[] Open = [.. new[] { ProposalStatus.Pending, ProposalStatus.Approved }.Select(WireName.Of)];
    private static readonly string[] UnderWay = [.. new[] { ProposalStatus.Executing, ProposalStatus.NeedsReconcile }.Select(WireName.Of)];
    private static readonly string Expired = WireName.Of(ProposalStatus.Expired);

    /// <summary>
    /// Refusals: not_allowed, busy (a task of theirs runs), effect_uncertain (a write about them is under way, or nobody
    /// knows yet whether it happened), keys_elsewhere (another store holds their key). Their open proposals expire.
    /// </summary>
    /// <param name="subject">A customer's id, or the id of one of the people who ask.</param>
    public async Task<Outcome<Erasure>> EraseAsync(TenantContext tenant, string subject, Person person, CancellationToken cancellationToken) =>
        person.Roles.Contains(Roles.Admin)
            ? await EraseAsync(tenant, subject, person.Id, clock.UtcNow.ToUnixTimeMilliseconds(), cancellationToken)
            : new Refusal("not_allowed", $"{person.Name} may not erase people's words.", "Admins may.");

    /// <summary>
    /// Erases again whom this database does not know as erased: it was brought back from a copy made before. Tasks of
    /// that time are no reason to wait. Returns how many, and why one could not be.
    /// </summary>
    public async Task<(int Count, Refusal? NotDone)> EraseAgainAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        if (!keys.Exist)
        {
            return (0, null);
        }

        var notDone = default(Refusal);
        var again = 0;
        foreach (var (subject, noted) in await keys.ErasedAsync(tenant.Id, cancellationToken))
        {
            var (hash, note) = (HashOf(subject), string.Create(CultureInfo.InvariantCulture, $"\"noted\":{noted},"));
            await using var db = databases.Open(tenant);
            if (await db.Audit.AnyAsync(a => a.Kind == Kind && a.Details.Contains(hash) && a.Details.Contains(note), cancellationToken))
            {
                continue;
            }

            switch (await EraseAsync(tenant, subject, null, noted, cancellationToken))
            {
                case Outcome<Erasure>.Refused { Refusal: var refusal }:
                    notDone ??= refusal;
                    break;
                default:
                    again++;
                    break;
            }
        }

        return (again, notDone);
    }

    private async Task<Outcome<Erasure>> EraseAsync(TenantContext tenant, string subject, string? person, long noted, CancellationToken cancellationToken)
    {
        var (actor, again) = (person ?? "governance", person is null);
        await using var db = databases.Open(tenant);
        await OverwriteFreedPagesAsync(db, cancellationToken);
        var ours = await contents.OursAsync(db, cancellationToken);
        if (keys.Exist && !ours)
        {
            return new Refusal("keys_elsewhere", "The key of these words is in another store than this node's.", "Run it with the Audit:Keys or Audit:KeyDatabase that this database was first used with.");
        }

        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync("subject:" + subject, cancellationToken);

        // The executor's lock: no write of theirs starts until this is done.
        await db.LockAsync("customer:" + subject, cancellationToken);
        var conversations = await ConversationsAsync(db, subject, cancellationToken);
        if (await UnfinishedAsync(db, subject, again ? [] : conversations, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var ended = await EndProposalsAsync(db, subject, cancellationToken);
        var (messages, proposals) = (await EraseConversationsAsync(db, conversations, cancellationToken), await EraseProposalsAsync(db, subject, conversations, cancellationToken));
        var events = await db.Inbox.Where(e => e.Payload.Contains($"\"{subject}\"")).ExecuteUpdateAsync(e => e.SetProperty(r => r.Payload, "{}"), cancellationToken)
            + await EraseTicketsAsync(db, subject, cancellationToken);

        // Before the commit: if the process dies in between, the note made here has the rest done at the next start.
        var names = conversations.Select(AuditContents.KeyOfConversation).Prepend(subject);
        var (dropped, gone) = ours ? await keys.DropAsync(tenant.Id, subject, names, again ? null : noted, cancellationToken) : (0, true);
        var erased = new Erasure(dropped > 0, conversations.Count, messages, proposals, events, ended.Count) { LogHeld = !gone };
        foreach (var id in ended)
        {
            await log.AppendAsync(db, new AuditEntry("proposal.expired", actor, id, new JsonObject { ["why"] = "subject_erased" }), cancellationToken);
        }

        await log.AppendAsync(db, Entry(subject, actor, noted, erased), cancellationToken);
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
        var sent = await db.Proposals.Where(p => (p.CustomerId == subject || p.RequestedBy == subject) && UnderWay.Contains(p.Status)).OrderBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellationToken);
        return sent.Count > 0
            ? new Refusal("effect_uncertain", $"{sent.Count} write(s) about {subject} are under way, or it is not known whether they happened: {string.Join(", ", sent.Take(5))}.", "Reconcile or settle them first: what they would have done must stay readable until then.")
            : await db.Tasks.AnyAsync(t => conversations.Contains(t.ConversationId) && (t.Status == "queued" || t.Status == "running"), cancellationToken)
            ? new Refusal("busy", $"A task that speaks of {subject} is being worked on.", "Try again when it is done.")
            : null;
    }

    /// <summary>Nobody can decide on what can't be read: what was open about them expires, by compare-and-set.</summary>
    private static async Task<List<string>> EndProposalsAsync(CopilotDb db, string subject, CancellationToken cancellationToken)
    {
        var open = db.Proposals.Where(p => (p.CustomerId == subject || p.RequestedBy == subject) && Open.Contains(p.Status));
        var ended = new List<string>();
        foreach (var id in await open.OrderBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellationToken))
        {
            if (await open.Where(p => p.Id == id).ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, Expired), cancellationToken) == 1)
            {
                ended.Add(id);
            }
        }

        return ended;
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
        return await db.Proposals.Where(p => p.CustomerId == subject && !UnderWay.Contains(p.Status)).ExecuteUpdateAsync(
            p => p.SetProperty(r => r.Title, Gone).SetProperty(r => r.CustomerName, Gone).SetProperty(r => r.Reversibility, Gone)
                .SetProperty(r => r.Changes, "[]").SetProperty(r => r.Arguments, "{}").SetProperty(r => r.Declared, "{}")
                .SetProperty(r => r.Reason, Gone).SetProperty(r => r.Evidence, "{}")
                .SetProperty(r => r.ResultText, r => r.Status == Expired ? "Ended: the data of the person it is about were erased." : null),
            cancellationToken);
    }

    /// <summary>
    /// Their tickets, as the helpdesk names them or as a person approved a note on them for this customer, and the notes.
    /// One that was only looked at in a conversation about them is somebody else's.
    /// </summary>
    private static async Task<int> EraseTicketsAsync(CopilotDb db, string subject, CancellationToken cancellationToken)
    {
        var noted = db.Notes.Where(n => n.CustomerId == subject && n.TicketId != null).Select(n => n.TicketId);
        var tickets = await db.Tickets.Where(t => t.CustomerId == subject || (t.CustomerId == null && noted.Contains(t.Id))).ExecuteUpdateAsync(
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

    private static string HashOf(string subject) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)));

    private static AuditEntry Entry(string subject, string actor, long noted, Erasure erased) => new(Kind, actor, "subject", new JsonObject
    {
        ["subject_hash"] = HashOf(subject),
        ["keys"] = erased.HadKey ? 1 : 0,
        ["conversations"] = erased.Conversations,
        ["messages"] = erased.Messages,
        ["proposals"] = erased.Proposals,
        ["events"] = erased.Events,
        ["expired"] = erased.Expired,
        ["noted"] = noted,
    });
}

/// <summary>What an erasure reached.</summary>
/// <param name="HadKey">True when there were encrypted words about them.</param>
/// <param name="Messages">Messages and journaled steps that are gone.</param>
/// <param name="Events">Kept webhook bodies, tickets and notes that are blanked.</param>
/// <param name="Expired">Open proposals that it ended.</param>
public sealed record Erasure(bool HadKey, int Conversations, int Messages, int Proposals, int Events, int Expired)
{
    /// <summary>True when another process reads the file of keys, so that its log holds the dropped ones still: it is emptied within the hour, once nobody reads.</summary>
    public bool LogHeld { get; init; }
}
