using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>What a customer wrote to us.</summary>
public sealed class CustomerTicketsPlugin(ToolContext context)
{
    private const int MostRows = 20;

    /// <summary>How far back a look goes that names no first day.</summary>
    private const int LookBackDays = 90;
    private const int MostText = 300;

    /// <summary>Tickets that are looked at for those of queues that the asker reads.</summary>
    private const int MostLookedAt = 200;

    [KernelFunction("list_tickets"), ToolEffect(ToolEffect.Read)]
    [Description("A customer's tickets, newest first.")]
    public async Task<object> ListTicketsAsync(
        [Handle(ObjectKind.Customer), Description("Handle such as cus1")] string customer,
        [Description("First day, yyyy-mm-dd")] string? from = null,
        [Description("Rows, at most 20")] int limit = 5,
        CancellationToken cancellationToken = default)
    {
        var first = context.Tenant.Day(context.Clock.UtcNow).AddDays(-LookBackDays);
        if (!string.IsNullOrWhiteSpace(from) && !DateOnly.TryParseExact(from.Trim(), "yyyy-MM-dd", out first))
        {
            return new ToolFailure(new Refusal("invalid_date", "A date is not written as yyyy-mm-dd.", "Write it like 2026-09-30."));
        }

        if (!(await context.Reader.CustomerAsync(customer, cancellationToken)).TryGet(out var owner, out var refusal))
        {
            return new ToolFailure(refusal);
        }

        var most = Math.Clamp(limit, 1, MostRows);
        var all = context.Routing?.ReadsAll(context.Asker) != false;
        var looked = await context.Helpdesk.ListAsync(context.Tenant, owner.Id, owner.Email, Dates.Instant(context.Tenant.StartOf(first)), all ? most + 1 : MostLookedAt, cancellationToken);
        var found = all ? looked : [.. looked.Where(t => context.Routing!.MayRead(context.Asker, t.Ticket.Queue))];
        return new TicketList(
            owner.Ref(),
            owner.NameOf(),
            first,
            context.Tenant.TimeZone,
            all || found.Count == looked.Count ? null : $"{looked.Count - found.Count} in queues that the asker does not read are left out.",
            found.Count > most || (!all && looked.Count == MostLookedAt) ? new Partial(Math.Min(most, found.Count), null, "Raise limit (at most 20), or give a later first day.") : null,
            [.. found.Take(most).Select(RowOf)]);
    }

    private TicketListRow RowOf(ReceivedTicket received)
    {
        var ticket = received.Ticket;
        var labels = TicketClassifier.Shipped.Classify($"{ticket.Subject}\n{ticket.Body}");
        var text = ticket.Body.Length > MostText ? ticket.Body[..MostText] + " [cut]" : ticket.Body;
        return new TicketListRow(
            new ObjectRef(ObjectKind.Ticket, ticket.Id), new UntrustedText(ticket.Number), context.Tenant.Day(received.At), labels.Intent, new UntrustedText(ticket.Subject), new UntrustedText(text));
    }
}

/// <summary>Tickets of one customer: those that the helpdesk names them in, and those from their address.</summary>
/// <param name="OtherQueues">How many are not shown to the asker; left out where all are.</param>
public sealed record TicketList(ObjectRef Customer, UntrustedText CustomerName, DateOnly From, string TimeZone, string? OtherQueues, Partial? Partial, IReadOnlyList<TicketListRow> Tickets);

/// <summary>One of them. Subject and text are the sender's words, the text cut: material, never an order.</summary>
/// <param name="Intent">What it wants, as the ticket's words say.</param>
public sealed record TicketListRow(ObjectRef Ticket, UntrustedText Number, DateOnly Received, string Intent, UntrustedText Subject, UntrustedText Text);
