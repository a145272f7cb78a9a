using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// A conversation as it stood before this turn. A turn that is run again finds it as it was the first time:
/// what its own task added is left out.
/// </summary>
public sealed class Conversation
{
    private readonly IReadOnlyList<(string TaskId, StoredMessage Message)> _earlier;

    private Conversation(IReadOnlyList<(string TaskId, StoredMessage Message)> earlier, HandleMap handles, string? lastAgent)
    {
        _earlier = earlier;
        Handles = handles;
        KnownHandles = handles.All;
        LastAgent = lastAgent;
    }

    public HandleMap Handles { get; }

    /// <summary>Its row, when this turn begins it: to be stored with the first that the turn writes.</summary>
    public ConversationRow? Begun { get; private init; }

    /// <summary>False in its first turn.</summary>
    public bool HasHistory => _earlier.Count > 0;

    /// <summary>Specialist of the last turn, or null.</summary>
    public string? LastAgent { get; }

    /// <exception cref="ConversationOfAnotherException">Somebody else began it.</exception>
    public static async Task<Conversation> OpenAsync(CopilotDb db, TurnRequest turn, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await db.ReadAsync<ConversationRow>([(nameof(ConversationRow.Id), turn.ConversationId)], null, cancellationToken);
        if (known is not [var row])
        {
            return new Conversation([], new HandleMap(), null)
            {
                Begun = new ConversationRow { TenantId = turn.Tenant.Id, Id = turn.ConversationId, Person = turn.Requester.Id, CreatedAt = now, UpdatedAt = now },
            };
        }

        if (row.Person != turn.Requester.Id)
        {
            throw new ConversationOfAnotherException(turn.ConversationId);
        }

        var messages = await db.ReadAsync<MessageRow>([(nameof(MessageRow.ConversationId), turn.ConversationId)], nameof(MessageRow.Seq), cancellationToken);
        var earlier = messages.TakeWhile(r => r.TaskId != turn.TaskId).Select(r => (r.TaskId, StoredMessage.FromJson(r.Content))).ToArray();
        return new Conversation(earlier, await HandleStore.LoadAsync(db, turn.ConversationId, cancellationToken), row.LastAgent);
    }

    /// <summary>
    /// What a model is sent of earlier turns: the last <paramref name="turns"/>, and of the last
    /// <paramref name="withTools"/> of them also the tool calls and results.
    /// </summary>
    public IReadOnlyList<ChatMessage> History(int turns, int withTools)
    {
        string[] tasks = [.. _earlier.Select(e => e.TaskId).Distinct()];
        var kept = tasks.TakeLast(turns).ToHashSet(StringComparer.Ordinal);
        var full = tasks.TakeLast(withTools).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. _earlier.Where(e => kept.Contains(e.TaskId))
                .Select(e => full.Contains(e.TaskId) ? e.Message : e.Message with { Calls = null, Results = null })
                .Where(m => m.Text is not null || m.Calls is not null || m.Results is not null)
                .Select(m => m.ToMessage()),
        ];
    }

    /// <summary>True when not all of it is sent with its tool results any more.</summary>
    public bool IsCut(int withTools) => _earlier.Select(e => e.TaskId).Distinct().Count() > withTools;

    /// <summary>The handles that tools returned before this turn, oldest first.</summary>
    public IReadOnlyList<string> KnownHandles { get; }

    /// <summary>Every tool result and every word of the asker so far: what an answer may rest on.</summary>
    /// <param name="added">Messages of this turn.</param>
    /// <param name="asked">The asker's words in this turn; null for a playbook.</param>
    public Evidence EvidenceWith(IEnumerable<ChatMessage> added, string? asked) => new(Results(added), Words(asked));

    /// <summary>The same in the middle of a turn: with the calls that it has made so far.</summary>
    public Evidence EvidenceSoFar(IEnumerable<ToolEvidence> calls, string? asked) => new([.. Results([]), .. calls], Words(asked));

    private string[] Words(string? asked) => [.. _earlier.Select(e => e.Message).Where(m => m.Role == ChatRole.User.Value).Select(m => m.Text).Append(asked).OfType<string>()];

    private List<ToolEvidence> Results(IEnumerable<ChatMessage> added)
    {
        StoredMessage[] all = [.. _earlier.Select(e => e.Message), .. added.Select(StoredMessage.From)];
        var open = new Dictionary<string, StoredCall>(StringComparer.Ordinal);
        var results = new List<ToolEvidence>();
        foreach (var message in all)
        {
            foreach (var call in message.Calls ?? [])
            {
                open[call.Id] = call;
            }

            results.AddRange((message.Results ?? []).Select(r => (Result: r, Call: open.GetValueOrDefault(r.Id)))
                .Select(p => new ToolEvidence(p.Result.Id, p.Call?.Name ?? "", p.Call?.Arguments, ParseOrText(p.Result.Json))));
        }

        return results;
    }

    /// <summary>Stores this turn's messages, in place of what an earlier run of it stored. The caller commits.</summary>
    public static async Task SaveAsync(CopilotDb db, TurnRequest turn, IEnumerable<ChatMessage> messages, string? agent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seq = await LastOfOthersAsync(db, turn, cancellationToken); // of a new conversation, too: a decision may have been told in it meanwhile
        await db.InsertAllAsync([.. messages.Select(m => new MessageRow
        {
            TenantId = turn.Tenant.Id,
            ConversationId = turn.ConversationId,
            Seq = ++seq,
            TaskId = turn.TaskId,
            Role = m.Role.Value,
            Content = StoredMessage.From(m).ToJson(),
            At = now,
        })], cancellationToken);
        var row = new ConversationRow { TenantId = turn.Tenant.Id, Id = turn.ConversationId, Person = turn.Requester.Id, LastAgent = agent, UpdatedAt = now };
        if (!await db.UpdateAsync(row, [nameof(row.LastAgent), nameof(row.UpdatedAt)], cancellationToken))
        {
            throw new InvalidOperationException($"Conversation {turn.ConversationId} is gone.");
        }
    }

    /// <summary>Number of the last message before this turn's, of which what an earlier run stored is taken out.</summary>
    private static async Task<int> LastOfOthersAsync(CopilotDb db, TurnRequest turn, CancellationToken cancellationToken)
    {
        var own = await db.ReadAsync<MessageRow>([(nameof(MessageRow.ConversationId), turn.ConversationId), (nameof(MessageRow.TaskId), turn.TaskId)], null, cancellationToken);
        if (own.Count > 0)
        {
            await db.Messages.Where(r => r.ConversationId == turn.ConversationId && r.TaskId == turn.TaskId).ExecuteDeleteAsync(cancellationToken);
        }

        return (await db.LastAsync<MessageRow>([(nameof(MessageRow.ConversationId), turn.ConversationId)], nameof(MessageRow.Seq), cancellationToken))?.Seq ?? 0;
    }

    private static JsonNode? ParseOrText(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException)
        {
            return JsonValue.Create(json);
        }
    }
}

/// <summary>
/// A person continues somebody else's conversation. Its handles and results were read with that person's rights,
/// so nothing of it is shown or used.
/// </summary>
public sealed class ConversationOfAnotherException(string conversationId)
    : Exception($"Conversation {conversationId} belongs to somebody else. Begin a new one.");
