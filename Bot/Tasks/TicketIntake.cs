using BillingCopilot.Billing.Triage;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Stores a ticket in its queue, with its event and, when a playbook wants it, its task, in one transaction. Rules of policy.yaml
/// choose the queue, no model does; the customer whom a person confirms later may move it.
/// </summary>
public sealed class TicketIntake(CopilotDbFactory databases, TaskIntake tasks, TicketRouting routing, TimeProvider time, IdSource ids, TaskSignal signal)
{
    /// <summary>What stands for the Stripe account in the inbox.</summary>
    private const string Account = "helpdesk";

    /// <summary>False: the call's id is known already, and nothing was stored.</summary>
    public async Task<bool> AcceptAsync(TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        if (ticket.Closed)
        {
            return await CloseAsync(tenant, ticket, cancellationToken);
        }

        await using var db = databases.Open(tenant);
        var row = await db.Tickets.SingleOrDefaultAsync(t => t.Number == ticket.Number, cancellationToken);
        if (row is null)
        {
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
            // Told again: its newest words count.
            (row.Subject, row.Body, row.SenderName, row.SenderMail, row.CustomerId) = (ticket.Subject, ticket.Body, ticket.SenderName, ticket.SenderMail, ticket.CustomerId ?? row.CustomerId);
        }

        row.Intent = TicketClassifier.Shipped.Classify($"{row.Subject}\n{row.Body}").Intent;
        row.Queue = routing.QueueOf(row.Intent, row.CustomerId is { } customer ? await routing.AccountAsync(tenant, customer, cancellationToken) : null).Name;
        row.ClosedAt = null;
        var task = tasks.ForTicket(tenant, row.Id, row.CustomerId);
        db.Inbox.Add(EventOf(tenant, ticket, HelpdeskTicket.Created, row.Id, task?.Id));
        if (task is not null)
        {
            db.Tasks.Add(task);
        }

        return await SaveAsync(db, tenant, ticket, cancellationToken);
    }

    /// <summary>From now on it is a past ticket. One that never came here is only noted.</summary>
    private async Task<bool> CloseAsync(TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var row = await db.Tickets.SingleOrDefaultAsync(t => t.Number == ticket.Number, cancellationToken);
        if (row is not null)
        {
            row.ClosedAt = time.GetUtcNow();
        }

        db.Inbox.Add(EventOf(tenant, ticket, HelpdeskTicket.ClosedType, row?.Id ?? "", null));
        return await SaveAsync(db, tenant, ticket, cancellationToken);
    }

    private InboxEventRow EventOf(TenantContext tenant, HelpdeskTicket ticket, string type, string id, string? task) => new()
    {
        TenantId = tenant.Id,
        Account = Account,
        EventId = ticket.EventId,
        Type = type,
        ObjectId = id,
        // The words are in the ticket's row, without what may not be kept.
        Payload = "{}",
        ReceivedAt = time.GetUtcNow(),
        TaskId = task,
    };

    private async Task<bool> SaveAsync(CopilotDb db, TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
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
        return db.Inbox.Any(e => e.Account == Account && e.EventId == eventId);
    }
}
