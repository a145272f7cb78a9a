using System.Text.Json;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Turns what arrives into durable tasks: stored before anyone is told that it was accepted.</summary>
public sealed class TaskIntake(CopilotDbFactory databases, TimeProvider time, IdSource ids, PlaybookRegistry playbooks, TaskSignal signal, TaskSettings settings, NodeName node)
{
    /// <summary>Stores a chat turn, held by this process: the caller runs it, since it has the stream to answer on.</summary>
    public async Task<TaskRow> AcceptChatAsync(TenantContext tenant, Person person, string? conversationId, string text, string channel, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);

        // Before it is stored: a pasted card number must not be anywhere.
        var clean = Redaction.Clean(text).Text;
        var task = NewTask(tenant, "chat", person.Id, conversationId ?? ids.Next("conv"), new TaskInput(clean, null, null) { Channel = channel });
        task.Status = TaskStates.Running;
        task.Attempts = 1;
        task.LeaseOwner = node.Value;
        task.LeaseUntil = time.GetUtcNow() + TimeSpan.FromSeconds(settings.LeaseSeconds);
        db.Tasks.Add(task);
        await db.SaveChangesAsync(cancellationToken);
        return task;
    }

    /// <summary>
    /// Stores an event and, when a playbook wants its type, its task, in one transaction. False: the event id is
    /// already known, and nothing was stored.
    /// </summary>
    public async Task<bool> AcceptEventAsync(TenantContext tenant, VerifiedEvent received, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var playbook = playbooks.For(received.Type).FirstOrDefault();
        var task = playbook is null
            ? null
            : NewTask(tenant, "webhook", Person.Automation.Id, ids.Next("conv"), new TaskInput(null, received.Type, received.ObjectId), playbook.Name);
        db.Inbox.Add(new InboxEventRow
        {
            TenantId = tenant.Id,
            Account = received.Account,
            EventId = received.Id,
            Type = received.Type,
            ObjectId = received.ObjectId,
            Payload = received.Payload,
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
        catch (DbUpdateException) when (AlreadyKnown(tenant, received))
        {
            return false;
        }

        signal.Raise();
        return true;
    }

    private bool AlreadyKnown(TenantContext tenant, VerifiedEvent received)
    {
        using var db = databases.Open(tenant);
        return db.Inbox.Any(e => e.Account == received.Account && e.EventId == received.Id);
    }

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
        AvailableAt = time.GetUtcNow(),
        CreatedAt = time.GetUtcNow(),
    };
}

/// <summary>What a task is about: somebody's words, or an event's type and object.</summary>
public sealed record TaskInput(string? Text, string? EventType, string? ObjectId)
{
    /// <summary>Where the answer to a person is read; null for what was stored before it was noted.</summary>
    public string? Channel { get; init; }
}

/// <summary>Values of <see cref="TaskRow.Status"/>.</summary>
public static class TaskStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
}
