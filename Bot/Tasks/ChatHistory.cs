using System.Text.Json;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Tasks;

/// <summary>A question of an earlier moment and what came of it.</summary>
/// <param name="Answer">Null while it is worked on, and when it failed.</param>
/// <param name="Running">True while an answer may still come.</param>
public sealed record PastTurn(string Question, TurnAnswer? Answer, bool Running);

/// <summary>A conversation of a person, by its first question.</summary>
public sealed record PastConversation(string Id, string Question, DateTimeOffset UpdatedAt);

/// <summary>What a person asked before, read from the stored tasks. Nobody sees another's.</summary>
public sealed class ChatHistory(CopilotDbFactory databases, ProposalBook proposals)
{
    /// <summary>Turns of a conversation, oldest first; none when it is not this person's.</summary>
    public async Task<IReadOnlyList<PastTurn>> TurnsAsync(TenantContext tenant, Person person, string conversationId, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var tasks = await Chats(db, person).Where(t => t.ConversationId == conversationId).OrderBy(t => t.CreatedAt).ToListAsync(cancellationToken);
        var turns = new List<PastTurn>();
        foreach (var task in tasks)
        {
            var answer = task.Answer is null
                ? null
                : StoredAnswer.Read(task.Answer, await proposals.ListForTaskAsync(tenant, task.Id, cancellationToken));
            turns.Add(new PastTurn(Question(task), answer, task.Status is TaskStates.Queued or TaskStates.Running));
        }

        return turns;
    }

    /// <summary>The person's last conversations, newest first.</summary>
    public async Task<IReadOnlyList<PastConversation>> RecentAsync(TenantContext tenant, Person person, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant);
        var recent = await db.Conversations.AsNoTracking().Where(c => c.Person == person.Id)
            .OrderByDescending(c => c.UpdatedAt).Take(most).ToListAsync(cancellationToken);
        var ids = recent.Select(c => c.Id).ToArray();
        var first = (await Chats(db, person).Where(t => ids.Contains(t.ConversationId)).ToListAsync(cancellationToken))
            .GroupBy(t => t.ConversationId)
            .ToDictionary(g => g.Key, g => Question(g.MinBy(t => t.CreatedAt)!), StringComparer.Ordinal);
        return [.. recent.Where(c => first.ContainsKey(c.Id)).Select(c => new PastConversation(c.Id, first[c.Id], c.UpdatedAt))];
    }

    private static IQueryable<TaskRow> Chats(CopilotDb db, Person person) =>
        db.Tasks.AsNoTracking().Where(t => t.Kind == TaskKinds.Chat && t.RequestedBy == person.Id);

    private static string Question(TaskRow task) => JsonSerializer.Deserialize<TaskInput>(task.Input)!.Text ?? "";
}
