using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using Microsoft.Extensions.AI;

namespace BillingCopilot.Agents.Journal;

/// <summary>
/// Journals each completed model response by its position in the task, and plays it back when the task is run
/// again. One instance a run of a specialist.
/// </summary>
/// <param name="prompt">Agent and version (<c>support.v1</c>): part of what a response answers.</param>
/// <param name="gate">Gives out the answer as it is written; null where it is not for a person.</param>
public sealed class JournalingChatClient(IChatClient inner, TaskJournal journal, string prompt, SentenceGate? gate = null) : WholeAnswerChatClient(inner)
{
    private readonly List<string> _models = [];
    private readonly List<string> _notices = [];

    // Each round sends the messages of the one before again.
    private readonly Dictionary<ChatMessage, string> _written = new(ReferenceEqualityComparer.Instance);
    private int _position;

    /// <summary>The models that answered so far, each once, where their client names them.</summary>
    public IReadOnlyList<string> Models => _models;

    /// <summary>That one model stood in for another, and why, as it first happened: for the asker.</summary>
    public IReadOnlyList<string> Notices => _notices;

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var round = _position++;
        await (gate?.OpenAsync(round) ?? Task.CompletedTask);
        var response = Noted(await AnsweredAsync([.. messages], options, round.ToString(CultureInfo.InvariantCulture), cancellationToken));
        gate?.Close(response);
        return response;
    }

    private async Task<StoredResponse> AnsweredAsync(ChatMessage[] sent, ChatOptions? options, string key, CancellationToken cancellationToken)
    {
        var hash = TaskJournal.Digest(RequestOf(sent));
        if (journal.Find(TaskJournal.Model, key, hash) is { } known)
        {
            return StoredResponse.FromJson(known);
        }

        await journal.BeforeModelAsync(cancellationToken);
        using var hearing = AnswerPieces.Hear(gate is null ? null : gate.HearAsync);
        var stored = StoredResponse.From(await base.GetResponseAsync(sent, options, cancellationToken));
        gate?.ThrowIfStopped();
        journal.Append(TaskJournal.Model, key, hash, stored.ToJson());

        // What goes on is what was journaled: the first run and its replay see the same.
        return stored;
    }

    private ChatResponse Noted(StoredResponse stored)
    {
        Note(_models, stored.Model);
        Note(_notices, _notices.Count == 0 ? stored.Notice : null);
        return stored.ToResponse();
    }

    private static void Note(List<string> said, string? text)
    {
        if (text is not null && !said.Contains(text))
        {
            said.Add(text);
        }
    }

    /// <summary>
    /// The request's identity: the conversation and the prompt's version. The system message is left out, since it
    /// states today's date and a task may be resumed tomorrow; the tools, since what may be proposed may change meanwhile.
    /// </summary>
    private string RequestOf(ChatMessage[] messages) => string.Join(
        '\n',
        [prompt, .. messages.Where(m => m.Role != ChatRole.System).Select(m => _written.TryGetValue(m, out var known) ? known : _written[m] = StoredMessage.From(m).ToJson())]);

    /// <param name="Messages">Redacted: a model may repeat or make up a card number, a secret or a link.</param>
    private sealed record StoredResponse(IReadOnlyList<StoredMessage> Messages, long InputTokens, long OutputTokens, string? FinishReason, string? Model = null, string? Notice = null)
    {
        public static StoredResponse From(ChatResponse response) => new(
            [.. response.Messages.Select(StoredMessage.From).Select(Redacted)],
            response.Usage?.InputTokenCount ?? 0,
            response.Usage?.OutputTokenCount ?? 0,
            response.FinishReason?.Value,
            response.ModelId,
            response.AdditionalProperties?.TryGetValue(FallbackChatClient.Notice, out var notice) == true ? notice as string : null);

        private static StoredMessage Redacted(StoredMessage message) => message with
        {
            Text = message.Text is null ? null : Redaction.Clean(message.Text).Text,
            Calls = message.Calls is null ? null : [.. message.Calls.Select(c => c with { Arguments = (JsonObject)ResultText.MapStrings(c.Arguments, t => Redaction.Clean(t).Text)! })],
        };

        public static StoredResponse FromJson(string json) => JsonSerializer.Deserialize<StoredResponse>(json, ModelJson.Plain)!;

        public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Plain);

        public ChatResponse ToResponse() => new([.. Messages.Select(m => m.ToMessage())])
        {
            Usage = new UsageDetails { InputTokenCount = InputTokens, OutputTokenCount = OutputTokens, TotalTokenCount = InputTokens + OutputTokens },
            FinishReason = FinishReason is null ? null : new ChatFinishReason(FinishReason),
            ModelId = Model,
        };
    }
}
