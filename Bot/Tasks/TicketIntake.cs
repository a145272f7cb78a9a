using BillingCopilot.Billing.Triage;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Stores a ticket in its queue, with its event and, when a playbook wants it, its task, in one transaction. Rules of policy.yaml
/// choose the queue, no model does; the customer whom a person confirms later may move it.
/// </summary>
public sealed class TicketIntake(CopilotDbFactory databases, TaskIntake tasks, TicketRouting routing, TimeProvider time, IdSource ids, TaskSignal signal)
{
    /// <summary>False: the call's id is known already, and nothing was stored.</summary>
    public async Task<bool> AcceptAsync(TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        if (ticket.Closed)
        {
            return await CloseAsync(tenant, ticket, cancellationToken);
        }

        await using var db = databases.Open(tenant);

        // A vendor's CRM is asked before the transaction begins: nothing waits for it.
        var customerId = ticket.CustomerId ?? await db.Tickets.AsNoTracking().Where(t => t.Number == ticket.Number).Select(t => t.CustomerId).SingleOrDefaultAsync(cancellationToken);
        var account = customerId is null ? null : await routing.AccountAsync(tenant, customerId, cancellationToken);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync(LockOf(ticket), cancellationToken);
        var row = await db.Tickets.SingleOrDefaultAsync(t => t.Number == ticket.Number, cancellationToken);
        var (changed, closed) = (false, default(DateTimeOffset?));
        if (row is null)
        {
            closed = await ClosedBeforeAsync(db, ticket, cancellationToken);
            db.Tickets.Add(row = new TicketRow
            {
                TenantId = tenant.Id,
                Id = ids.Next("tkt"),
                Number = ticket.Number,
                Subject = ticket.Subject,
                Body = ticket.Body,
                SenderName = ticket.SenderName,
                SenderMail = ticket.SenderMail,
                CustomerId = ticket.CustomerId,
                ReceivedAt = time.GetUtcNow(),
            });
        }
        else
        {
            // Told again: its newest words count, and its place in a queue stays.
            changed = (row.Subject, row.Body) != (ticket.Subject, ticket.Body);
            (row.Subject, row.Body, row.SenderName, row.SenderMail, row.CustomerId) = (ticket.Subject, ticket.Body, ticket.SenderName, ticket.SenderMail, ticket.CustomerId ?? row.CustomerId);
        }

        row.Intent = TicketClassifier.Shipped.Classify($"{row.Subject}\n{row.Body}").Intent;
        if (row.Queue.Length == 0)
        {
            // Later only an approved note moves it.
            row.Queue = routing.QueueOf(row.Intent, account).Name;
        }

        row.ClosedAt = closed;
        var task = closed is null ? tasks.ForTicket(tenant, row.Id, row.CustomerId) : null;
        db.Inbox.Add(EventOf(tenant, ticket, HelpdeskTicket.Created, row.Id, task?.Id, changed ? TicketEvents.WordsChanged : "{}"));
        if (task is not null)
        {
            db.Tasks.Add(task);
        }

        return await SaveAsync(db, transaction, tenant, ticket, cancellationToken);
    }

    /// <summary>From now on it is a past ticket. One that has not come here yet is noted by its number, so that it is closed when it comes.</summary>
    private async Task<bool> CloseAsync(TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        await using var transaction = await db.BeginAsync(cancellationToken);
        await db.LockAsync(LockOf(ticket), cancellationToken);
        var row = await db.Tickets.SingleOrDefaultAsync(t => t.Number == ticket.Number, cancellationToken);
        if (row is not null)
        {
            row.ClosedAt = time.GetUtcNow();
        }

        db.Inbox.Add(EventOf(tenant, ticket, HelpdeskTicket.ClosedType, row?.Id ?? ticket.Number, null, "{}"));
        return await SaveAsync(db, transaction, tenant, ticket, cancellationToken);
    }

    /// <summary>When a call said that a ticket is closed which had not come yet; null when none did.</summary>
    private static async Task<DateTimeOffset?> ClosedBeforeAsync(CopilotDb db, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        var told = await db.Inbox.AsNoTracking().Where(e => e.Account == TicketEvents.Account && e.Type == HelpdeskTicket.ClosedType && e.ObjectId == ticket.Number)
            .Select(e => e.ReceivedAt).ToListAsync(cancellationToken);
        return told.Count > 0 ? told.Max() : null;
    }

    private static string LockOf(HelpdeskTicket ticket) => "ticket:" + ticket.Number;

    private InboxEventRow EventOf(TenantContext tenant, HelpdeskTicket ticket, string type, string id, string? task, string payload) => new()
    {
        TenantId = tenant.Id,
        Account = TicketEvents.Account,
        EventId = ticket.EventId,
        Type = type,
        ObjectId = id,
        // The words are in the ticket's row, without what may not be kept.
        Payload = payload,
        ReceivedAt = time.GetUtcNow(),
        TaskId = task,
    };

    private async Task<bool> SaveAsync(CopilotDb db, IDbContextTransaction transaction, TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException) when (IsKnown(tenant, ticket.EventId))
        {
            return false;
        }

        signal.Raise();
        return true;
    }

    private bool IsKnown(TenantContext tenant, string eventId)
    {
        using var db = databases.Open(tenant);
        return db.Inbox.Any(e => e.Account == TicketEvents.Account && e.EventId == eventId);
    }
}
