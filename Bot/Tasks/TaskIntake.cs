using System.Text.Json;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Turns what arrives into durable tasks: stored before anyone is told that it was accepted.</summary>
public sealed class TaskIntake(CopilotDbFactory databases, TimeProvider time, IdSource ids, PlaybookRegistry playbooks, TaskSettings settings, NodeName node, BusinessClock clock)
{
    /// <summary>Stores a chat turn, held by this process: the caller runs it, since it has the stream to answer on.</summary>
    public async Task<TaskRow> AcceptChatAsync(TenantContext tenant, Person person, string? conversationId, string text, string channel, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);

        // Before it is stored: a pasted card number must not be anywhere.
        var clean = Redaction.Clean(text).Text;
        var task = NewTask(tenant, TaskKinds.Chat, person.Id, conversationId ?? ids.Next("conv"), new TaskInput(clean, null, null) { Channel = channel });
        task.Status = TaskStates.Running;
        task.Attempts = 1;
        task.LeaseOwner = node.Value;
        task.LeaseUntil = await db.UtcNowAsync(cancellationToken) + TimeSpan.FromSeconds(settings.LeaseSeconds);
        db.Tasks.Add(task);
        if (conversationId is null)
        {
            // A page that is loaded anew while the first answer is worked on finds its conversation.
            var now = clock.UtcNow;
            db.Conversations.Add(new ConversationRow { TenantId = tenant.Id, Id = task.ConversationId, Person = person.Id, CreatedAt = now, UpdatedAt = now });
        }

        await db.SaveChangesAsync(cancellationToken);
        return task;
    }

    /// <summary>
    /// The task of an event, not stored yet; null when no playbook wants its type. Specialists work on the tenant's own
    /// account, so an event of a connected one is kept as seen.
    /// </summary>
    public TaskRow? ForEvent(TenantContext tenant, VerifiedEvent received)
    {
        if (PlaybookFor(tenant, received) is not { } playbook)
        {
            return null;
        }

        // The cause's parts that only decide about twins; where and when it was are columns.
        var about = received.About with { Customer = null, At = null };
        var task = NewTask(tenant, TaskKinds.Webhook, Person.Automation.Id, ids.Next("conv"), new TaskInput(null, received.Type, received.ObjectId, About: about), playbook);
        (task.Lane, task.Cause, task.CauseAt) = (received.About.Customer, CauseOf(playbook, received), received.About.At);
        return task;
    }

    /// <summary>Key of the tasks that may cover an event; null when no playbook wants it, or it is about nothing that has an id.</summary>
    public string? CauseOf(TenantContext tenant, VerifiedEvent received) => PlaybookFor(tenant, received) is { } playbook ? CauseOf(playbook, received) : null;

    /// <summary>The task of a schedule's due time, not stored yet.</summary>
    public TaskRow ForSchedule(TenantContext tenant, Schedule schedule, DateTimeOffset due) =>
        NewTask(tenant, TaskKinds.Schedule, Person.Automation.Id, ids.Next("conv"), new TaskInput(null, null, null, DueAt: due), schedule.Playbook);

    /// <summary>The task of a ticket, not stored yet; null when no playbook wants tickets.</summary>
    /// <param name="customer">The Stripe customer that the helpdesk names: no other task of theirs runs meanwhile.</param>
    public TaskRow? ForTicket(TenantContext tenant, string ticketId, string? customer)
    {
        if (playbooks.For(HelpdeskTicket.Created).FirstOrDefault() is not { } playbook)
        {
            return null;
        }

        var task = NewTask(tenant, TaskKinds.Webhook, Person.Automation.Id, ids.Next("conv"), new TaskInput(null, HelpdeskTicket.Created, ticketId), playbook.Name);
        task.Lane = customer;
        return task;
    }

    private static string? CauseOf(string playbook, VerifiedEvent received) =>
        received.About.ObjectId.Length == 0 ? null : Twins.Key(playbook, received.About.ObjectId);

    private string? PlaybookFor(TenantContext tenant, VerifiedEvent received) =>
        received.Account == tenant.Account ? playbooks.For(received.Type).FirstOrDefault()?.Name : null;

    private TaskRow NewTask(TenantContext tenant, string kind, string person, string conversation, TaskInput input, string? playbook = null) => new()
    {
        TenantId = tenant.Id,
        Id = ids.Next("task"),
        Kind = kind,
        Status = TaskStates.Queued,
        ConversationId = conversation,
        RequestedBy = person,
        Playbook = playbook,
        Input = JsonSerializer.Serialize(input),
        AvailableAt = TaskLeases.AtOnce,
        CreatedAt = time.GetUtcNow(),
    };
}

/// <summary>What a task is about: somebody's words, or an event's type and object.</summary>
/// <param name="DueAt">The due time of a schedule.</param>
/// <param name="Redriven">Attempts that were made before the task was last driven again.</param>
/// <param name="About">What the event said of its cause.</param>
public sealed record TaskInput(string? Text, string? EventType, string? ObjectId, int Redriven = 0, DateTimeOffset? DueAt = null, EventCause? About = null)
{
    /// <summary>Where the answer to a person is read; null for what was stored before it was noted.</summary>
    public string? Channel { get; init; }
}

/// <summary>Values of <see cref="TaskRow.Kind"/>.</summary>
public static class TaskKinds
{
    public const string Chat = "chat";
    public const string Webhook = "webhook";
    public const string Schedule = "schedule";
}

/// <summary>Values of <see cref="TaskRow.Status"/>.</summary>
public static class TaskStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
}
