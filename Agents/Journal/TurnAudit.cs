using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
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
/// <param name="Body">Its text, which <see cref="PromptTexts"/> records once: in the words kept of a call its version and hash stand for it.</param>
public sealed record PromptIdentity(string Name, int Version, string Hash, string Body = "");

/// <summary>Where model and tool calls are audited. Without a log nothing is: tests of single parts have none.</summary>
public sealed class TurnAudits(AuditLog? log, AuditContents? contents)
{
    internal AuditLog? Log => log;

    internal AuditContents? Contents => contents;
}

/// <summary>The entries of one run of one prompt, written with the turn's record.</summary>
public sealed class TurnAudit(TurnRecord record, TurnRequest turn, PromptIdentity prompt, string model)
{
    private readonly Dictionary<ChatMessage, string> _words = new(ReferenceEqualityComparer.Instance);
    private Task _redacting = Task.CompletedTask;
    private bool _mayBeUnknown = turn.Interrupted;

    private string Actor => $"{prompt.Name}.v{prompt.Version}";

    /// <summary>The model that is asked first.</summary>
    public string Model => model;

    /// <summary>
    /// Begins to redact what is sent to a model, while it thinks. The first that an interrupted run did not have answered
    /// may have been under way when its process ended: the log says so before it is sent again.
    /// </summary>
    public Task<string> Sending(IReadOnlyList<ChatMessage> messages)
    {
        if (!record.IsAudited)
        {
            return Task.FromResult("");
        }

        if (_mayBeUnknown)
        {
            _mayBeUnknown = false;
            record.Add(Entry("model.unknown", model, null, "ProcessEnded"));
        }

        return RedactedAsync(messages);
    }

    /// <summary>A request to a model, however it ended. Its words are kept redacted, and encrypted for whom they are about.</summary>
    /// <param name="sent">From <see cref="Sending"/>.</param>
    public void ModelCalled(Task<string> sent, ModelAttempt attempt)
    {
        if (!record.IsAudited)
        {
            return;
        }

        var response = attempt.Response;
        var entry = Entry(KindOf(attempt), attempt.Model, response, attempt.Fault);
        record.Add(entry, attempt.Fault == ModelAttempt.NotAsked ? null : ContentAsync(Subjects(), sent, response is null ? Task.FromResult("null") : RedactedAsync([.. response.Messages])));
    }

    private AuditEntry Entry(string kind, string asked, ChatResponse? response, string? fault)
    {
        var (provider, name) = asked.Split(':', 2) is [var p, var n] ? (p, n) : (asked, response?.ModelId ?? asked);
        return new AuditEntry(kind, Actor, turn.TaskId, new JsonObject
        {
            ["provider"] = provider,
            ["model"] = name,
            ["prompt"] = prompt.Name,
            ["prompt_version"] = prompt.Version,
            ["prompt_hash"] = prompt.Hash,
            ["input_tokens"] = response?.Usage?.InputTokenCount,
            ["output_tokens"] = response?.Usage?.OutputTokenCount,
            ["finish"] = response?.FinishReason?.Value,
            ["fault"] = fault,
            ["content"] = null,
            ["content_hash"] = null,
        });
    }

    private static string KindOf(ModelAttempt attempt) => attempt.Fault switch
    {
        null => "model.called",
        ModelAttempt.NotAsked => "model.not_asked",
        ModelAttempt.Canceled => "model.canceled",
        _ => "model.failed",
    };

    /// <summary>A tool ran. Arguments and result go in as digests: the journal has them while it lives.</summary>
    public void ToolCalled(string tool, string callId, string arguments, string result, bool failed)
    {
        if (record.IsAudited)
        {
            record.Add(new AuditEntry("tool.called", Actor, turn.TaskId, new JsonObject
            {
                ["tool"] = tool,
                ["call"] = callId,
                ["failed"] = failed,
                ["arguments_hash"] = TaskJournal.Digest(arguments),
                ["result_hash"] = TaskJournal.Digest(result),
            }));
        }
    }

    /// <summary>The customers known so far, and the conversation: an erasure of anybody it turns out to be about drops its key too.</summary>
    private IReadOnlyCollection<string> Subjects() => [AuditContents.KeyOfConversation(turn.ConversationId), .. record.Handles.IdsOf(ObjectKind.Customer)];

    private static async Task<RecordedContent> ContentAsync(IReadOnlyCollection<string> subjects, Task<string> prompt, Task<string> answer) =>
        new(subjects, $$"""{"prompt":{{await prompt}},"answer":{{await answer}}}""");

    /// <summary>Beside the turn, one after the other: they share the words known so far.</summary>
    private Task<string> RedactedAsync(IReadOnlyList<ChatMessage> messages)
    {
        var redacted = AfterAsync(_redacting);
        _redacting = redacted;
        return redacted;

        async Task<string> AfterAsync(Task earlier)
        {
            await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
            return $"[{string.Join(',', messages.Select(Words))}]";
        }
    }

    /// <summary>Each round sends the messages of the one before again.</summary>
    private string Words(ChatMessage message) => _words.TryGetValue(message, out var known) ? known
        : _words[message] = ResultText.MapStrings(JsonSerializer.SerializeToNode(StoredMessage.From(message), ModelJson.Plain), t => Redaction.CleanResult(WithoutBody(t)))!.ToJsonString();

    /// <summary>The prompt's text is the same in each call, and no customer's.</summary>
    private string WithoutBody(string text) =>
        prompt.Body.Length == 0 ? text : text.Replace(prompt.Body, PromptTexts.Mark(prompt), StringComparison.Ordinal);
}

/// <summary>
/// Audits each request that really goes to a model: those that failed and those of a model that stood in under their
/// own names. What is played back was audited when it was made.
/// </summary>
internal sealed class AuditingChatClient(IChatClient inner, TurnAudit audit) : WholeAnswerChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] sent = [.. messages];
        var words = audit.Sending(sent);
        var told = false;
        using var hearing = ModelAttempts.Hear(a => (told, _) = (true, Audited(words, a)));
        try
        {
            var response = await base.GetResponseAsync(sent, options, cancellationToken);
            _ = told || Audited(words, new ModelAttempt(audit.Model, response, null));
            return response;
        }
        catch (Exception e) when (!BillingCopilot.Storage.StorageFault.Is(e))
        {
            _ = told || Audited(words, ModelAttempt.Failed(audit.Model, e, cancellationToken));
            throw;
        }
    }

    private bool Audited(Task<string> sent, ModelAttempt attempt)
    {
        audit.ModelCalled(sent, attempt);
        return true;
    }
}
