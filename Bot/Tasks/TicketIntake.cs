using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Stores a ticket with its event and, when a playbook wants it, its task, in one transaction.</summary>
public sealed class TicketIntake(CopilotDbFactory databases, TaskIntake tasks, TimeProvider time, IdSource ids, TaskSignal signal)
{
    /// <summary>What stands for the Stripe account in the inbox.</summary>
    private const string Account = "helpdesk";

    /// <summary>False: the call's id is known already, and nothing was stored.</summary>
    public async Task<bool> AcceptAsync(TenantContext tenant, HelpdeskTicket ticket, CancellationToken cancellationToken)
    {
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

        var task = tasks.ForTicket(tenant, row.Id, row.CustomerId);
        db.Inbox.Add(new InboxEventRow
        {
            TenantId = tenant.Id,
            Account = Account,
            EventId = ticket.EventId,
            Type = HelpdeskTicket.Created,
            ObjectId = row.Id,
            // The words are in the ticket's row, without what may not be kept.
            Payload = "{}",
            ReceivedAt = time.GetUtcNow(),
            TaskId = task?.Id,
        });
        if (task is not null)
        {
            db.Tasks.Add(task);
        }

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
