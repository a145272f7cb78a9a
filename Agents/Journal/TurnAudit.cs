using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Operations;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Journal;

/// <summary>Who speaks to the model: the prompt as it is recorded.</summary>
/// <param name="Name">Name of the prompt: <c>support</c>.</param>
/// <param name="Hash">SHA-256 of its text; empty for words that code writes.</param>
public sealed record PromptIdentity(string Name, int Version, string Hash);

/// <summary>Writes model and tool calls into the audit log. Without a log it writes nothing: tests of single parts have none.</summary>
public sealed class TurnAudits(AuditLog? log, AuditContents? contents)
{
    public TurnAudit For(TurnRequest turn, PromptIdentity prompt, string model, HandleMap handles) => new(log, contents, turn, prompt, model, handles);
}

/// <summary>The entries of one run of one prompt.</summary>
public sealed class TurnAudit(AuditLog? log, AuditContents? contents, TurnRequest turn, PromptIdentity prompt, string model, HandleMap handles)
{
    private string Actor => $"{prompt.Name}.v{prompt.Version}";

    /// <summary>A model answered, or failed to. Its words are kept redacted, and encrypted for whom they are about.</summary>
    /// <param name="response">Null when it failed.</param>
    public async Task ModelCalledAsync(IReadOnlyList<ChatMessage> sent, ChatResponse? response, string? fault, CancellationToken cancellationToken)
    {
        if (log is null)
        {
            return;
        }

        var words = new JsonObject { ["prompt"] = Words(sent), ["answer"] = response is null ? null : Words([.. response.Messages]) };
        var kept = contents is null ? null : await contents.StoreAsync(turn.Tenant, Subjects(), words.ToJsonString(), cancellationToken);
        var (provider, name) = model.Split(':', 2) is [var p, var n] ? (p, n) : (model, model);
        await log.AppendAsync(turn.Tenant, new AuditEntry(fault is null ? "model.called" : "model.failed", Actor, turn.TaskId, new JsonObject
        {
            ["provider"] = provider,
            ["model"] = response?.ModelId ?? name,
            ["prompt"] = prompt.Name,
            ["prompt_version"] = prompt.Version,
            ["prompt_hash"] = prompt.Hash,
            ["input_tokens"] = response?.Usage?.InputTokenCount,
            ["output_tokens"] = response?.Usage?.OutputTokenCount,
            ["finish"] = response?.FinishReason?.Value,
            ["fault"] = fault,
            ["content"] = kept?.Id,
            ["content_hash"] = kept?.Hash,
        }), cancellationToken);
    }

    /// <summary>A tool ran. Arguments and result go in as digests: the journal has them while it lives.</summary>
    public async Task ToolCalledAsync(string tool, string callId, string arguments, string result, bool failed, CancellationToken cancellationToken)
    {
        if (log is not null)
        {
            await log.AppendAsync(turn.Tenant, new AuditEntry("tool.called", Actor, turn.TaskId, new JsonObject
            {
                ["tool"] = tool,
                ["call"] = callId,
                ["failed"] = failed,
                ["arguments_hash"] = TaskJournal.Digest(arguments),
                ["result_hash"] = TaskJournal.Digest(result),
            }), cancellationToken);
        }
    }

    /// <summary>The customers known so far, and the conversation: an erasure of anybody it turns out to be about drops its key too.</summary>
    private IReadOnlyCollection<string> Subjects() => [AuditContents.KeyOfConversation(turn.ConversationId), .. handles.IdsOf(ObjectKind.Customer)];

    private static JsonArray Words(IReadOnlyList<ChatMessage> messages) =>
        [.. messages.Select(m => JsonNode.Parse(ResultText.MapStrings(JsonSerializer.Serialize(StoredMessage.From(m), ModelJson.Plain), Redaction.CleanResult)))];
}

/// <summary>Audits each call that really goes to a model; what is played back was audited when it was made.</summary>
internal sealed class AuditingChatClient(IChatClient inner, TurnAudit audit) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        try
        {
            var response = await base.GetResponseAsync(sent, options, cancellationToken);
            await audit.ModelCalledAsync(sent, response, null, cancellationToken);
            return response;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            await audit.ModelCalledAsync(sent, null, e.GetType().Name, cancellationToken);
            throw;
        }
    }
}
