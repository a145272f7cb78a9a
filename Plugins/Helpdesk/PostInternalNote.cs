using System.ComponentModel;
using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Helpdesk;

/// <summary>Arguments of <c>post_internal_note</c>.</summary>
public sealed record PostInternalNoteArguments(
    [property: Handle(ObjectKind.Customer), Description("Whose it is.")] ObjectRef Customer,
    [property: Description("No links.")] string Note,
    [property: Handle(ObjectKind.Ticket), Description("If there is one.")] ObjectRef? Ticket = null,
    [property: Description("As sorted.")] string? Intent = null);

/// <summary>Posts a note that colleagues read, on a ticket or, where there is none, on the customer in the CRM.</summary>
public sealed partial class PostInternalNote(StripeReaders readers, IHelpdesk helpdesk, ICrm crm, TicketRouting routing) : IOperation<PostInternalNoteArguments>
{
    /// <summary>Longest note, in characters.</summary>
    public const int MostText = 2_000;

    public static OperationDescriptor Descriptor { get; } = new(
        "post_internal_note",
        "Proposes an internal note on a ticket or customer.",
        typeof(PostInternalNoteArguments),
        Risk.Notify);

    public async Task<Outcome<Preview<PostInternalNoteArguments>>> PreviewAsync(PostInternalNoteArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var note = PlainText.CleanLines(arguments.Note, int.MaxValue).Trim();
        if ((Unfit(note) ?? TicketRouting.Unknown(arguments.Intent)) is { } unfit)
        {
            return unfit;
        }

        if (!(await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        var ticket = arguments.Ticket is { } reference ? await helpdesk.FindAsync(tenant, reference.Id, cancellationToken) : null;
        if (arguments.Ticket is not null && ticket is null)
        {
            return new Refusal("ticket_not_found", "ticket: there is no such ticket any more.", "Leave it out, and the note is kept on the customer.");
        }

        if (ticket?.CustomerId is { } owner && owner != customer.Id)
        {
            return new Refusal("ticket_of_another_customer", "customer: the helpdesk says that the ticket is of another customer.", "Name the ticket's own customer, or leave the ticket out.");
        }

        // The customer is settled by whoever approves: the ticket goes where this customer's tickets go.
        var queue = ticket is null ? "" : await routing.QueueOfAsync(tenant, ticket, customer.Id, arguments.Intent, cancellationToken);
        var moves = ticket is not null && queue != ticket.Queue;
        var target = ticket is null ? customer.Ref() : new ObjectRef(ObjectKind.Ticket, ticket.Id);
        var where = ticket is null ? "in the CRM" : $"on ticket {PlainText.Clean(ticket.Number, 60)}";
        return new Preview<PostInternalNoteArguments>(
            arguments with { Note = note },
            $"Internal note {where}",
            customer.Ref(),
            customer.NameOf().Value,
            target,
            null,
            moves ? [new PreviewChange("Note", "", note), new PreviewChange("Queue", ticket!.Queue, queue)] : [new PreviewChange("Note", "", note)],
            "A note stays; another can correct it.",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = customer.Id, ["customer_name"] = customer.NameOf().Value, ["ticket"] = ticket?.Number ?? "", ["queue"] = moves ? queue : "" });
    }

    public async Task<ExecutionResult> ExecuteAsync(PostInternalNoteArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(writers);
        ArgumentNullException.ThrowIfNull(grant);
        if (await Attempt.ObstacleAsync(() => ReconcileAsync(arguments, tenant, grant, cancellationToken), () => PreviewAsync(arguments, tenant, cancellationToken), grant) is { } ends)
        {
            return ends;
        }

        if (arguments.Ticket is { } ticket)
        {
            await writers.Open<IHelpdeskWriter>(grant).PostNoteAsync(ticket.Id, arguments.Customer.Id, arguments.Note, grant.Approved.GetValueOrDefault("queue") is { Length: > 0 } queue ? queue : null, cancellationToken);
        }
        else
        {
            await writers.Open<ICrmWriter>(grant).AddNoteAsync(arguments.Customer.Id, arguments.Note, cancellationToken);
        }

        return Done(grant);
    }

    public async Task<ExecutionResult> ReconcileAsync(PostInternalNoteArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        var there = arguments.Ticket is null
            ? await crm.HasNoteAsync(tenant, grant.ProposalId, cancellationToken)
            : await helpdesk.HasNoteAsync(tenant, grant.ProposalId, cancellationToken);
        return there ? Done(grant) : new ExecutionResult.NotDone();
    }

    private static Refusal? Unfit(string note) =>
        note.Length == 0 ? new Refusal("note_empty", "note: it says nothing.", "Give the words of the note.")
        : note.Length > MostText ? new Refusal("note_too_long", $"note: it has {note.Length} characters, and {MostText} is the most.", "Shorten it.")
        : LinkFinder.Finds(Files().Replace(note, "")) ? new Refusal("note_with_link", "note: it holds a link or an address.", "Leave links and addresses out.")
        : null;

    private static ExecutionResult.Executed Done(WriteGrant grant) => new(grant.ProposalId, "The note was posted.");

    /// <summary>Our own policies and past tickets are named by their file.</summary>
    [GeneratedRegex(@"\b(?:policies|tickets)/[\w\-]+\.md\b", RegexOptions.CultureInvariant)]
    private static partial Regex Files();
}
