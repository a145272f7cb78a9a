using System.Text.Json.Nodes;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>How a provider writes an answer: as one document, or as the lines of a stream.</summary>
internal abstract class Wire
{
    public abstract string StreamType { get; }

    /// <summary>The stream's pieces, each as its bytes go out; the last ones say that it is finished.</summary>
    public abstract IReadOnlyList<string> Stream(string? text, IReadOnlyList<(string Tool, string Arguments)> calls);

    public abstract JsonObject Document(string? text, IReadOnlyList<(string Tool, string Arguments)> calls);

    /// <summary>A piece that can't be parsed.</summary>
    public abstract string Broken { get; }

    /// <summary>Results of tools in a request, by call id.</summary>
    public abstract IReadOnlyDictionary<string, string> Results(JsonObject request);

    public virtual JsonObject Error(string message) => new() { ["error"] = new JsonObject { ["message"] = message, ["type"] = "test_error" } };

    /// <summary>Number of the request, so that no two calls have one id.</summary>
    public int Turn { get; set; }

    protected string Id(int position) => $"call_{Turn}_{position + 1}";
}

/// <summary>OpenAI's chat completions; Azure's v1 endpoint and most local servers speak it too.</summary>
internal sealed class OpenAIWire : Wire
{
    public override string StreamType => "text/event-stream";

    public override string Broken => "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"ind\n\n";

    public override IReadOnlyList<string> Stream(string? text, IReadOnlyList<(string Tool, string Arguments)> calls) =>
    [
        Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" }),
        .. Pieces(text).Select(p => Chunk(new JsonObject { ["content"] = p })),
        .. calls.SelectMany((c, i) => Call(c, i)),
        Chunk(new JsonObject(), calls.Count > 0 ? "tool_calls" : "stop"),
        Chunk(null, null, new JsonObject { ["prompt_tokens"] = 11, ["completion_tokens"] = 7, ["total_tokens"] = 18 }),
        "data: [DONE]\n\n",
    ];

    public override JsonObject Document(string? text, IReadOnlyList<(string Tool, string Arguments)> calls) => new()
    {
        ["id"] = "c1", ["object"] = "chat.completion", ["created"] = 1, ["model"] = "m",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["finish_reason"] = calls.Count > 0 ? "tool_calls" : "stop",
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text, ["tool_calls"] = calls.Count == 0 ? null : new JsonArray([.. calls.Select((c, i) => CallOf(c, i))]) },
        }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 11, ["completion_tokens"] = 7, ["total_tokens"] = 18 },
    };

    public override IReadOnlyDictionary<string, string> Results(JsonObject request) => request["messages"]!.AsArray()
        .Where(m => (string?)m!["role"] == "tool").ToDictionary(m => (string)m!["tool_call_id"]!, m => (string)m!["content"]!);

    internal static string[] Pieces(string? text) => string.IsNullOrEmpty(text) ? [] : [text[..(text.Length / 2)], text[(text.Length / 2)..]];

    private IEnumerable<string> Call((string Tool, string Arguments) call, int position)
    {
        var first = CallOf((call.Tool, ""), position);
        first["index"] = position;
        yield return Chunk(new JsonObject { ["tool_calls"] = new JsonArray(first) });
        foreach (var piece in Pieces(call.Arguments))
        {
            yield return Chunk(new JsonObject { ["tool_calls"] = new JsonArray(new JsonObject { ["index"] = position, ["function"] = new JsonObject { ["arguments"] = piece } }) });
        }
    }

    private JsonObject CallOf((string Tool, string Arguments) call, int position) =>
        new() { ["id"] = Id(position), ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments } };

    private static string Chunk(JsonObject? delta, string? finish = null, JsonObject? usage = null) => "data: " + new JsonObject
    {
        ["id"] = "c1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "m",
        ["choices"] = delta is null ? new JsonArray() : new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        ["usage"] = usage,
    }.ToJsonString() + "\n\n";
}

/// <summary>Anthropic's messages.</summary>
internal sealed class AnthropicWire : Wire
{
    public override string StreamType => "text/event-stream";

    public override string Broken => "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"del\n\n";

    public override IReadOnlyList<string> Stream(string? text, IReadOnlyList<(string Tool, string Arguments)> calls)
    {
        var message = Document(null, []);
        message["stop_reason"] = null;
        var pieces = new List<string> { Event("message_start", new JsonObject { ["message"] = message }) };
        if (text is not null)
        {
            pieces.Add(Event("content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } }));
            pieces.AddRange(OpenAIWire.Pieces(text).Select(p => Event("content_block_delta", new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = p } })));
            pieces.Add(Event("content_block_stop", new JsonObject { ["index"] = 0 }));
        }

        foreach (var (call, i) in calls.Select((c, i) => (c, i)))
        {
            var index = i + (text is null ? 0 : 1);
            pieces.Add(Event("content_block_start", new JsonObject { ["index"] = index, ["content_block"] = new JsonObject { ["type"] = "tool_use", ["id"] = Id(i), ["name"] = call.Tool, ["input"] = new JsonObject() } }));
            pieces.AddRange(OpenAIWire.Pieces(call.Arguments).Select(p => Event("content_block_delta", new JsonObject { ["index"] = index, ["delta"] = new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = p } })));
            pieces.Add(Event("content_block_stop", new JsonObject { ["index"] = index }));
        }

        pieces.Add(Event("message_delta", new JsonObject { ["delta"] = new JsonObject { ["stop_reason"] = calls.Count > 0 ? "tool_use" : "end_turn", ["stop_sequence"] = null }, ["usage"] = new JsonObject { ["output_tokens"] = 7 } }));
        pieces.Add(Event("message_stop", new JsonObject()));
        return pieces;
    }

    public override JsonObject Document(string? text, IReadOnlyList<(string Tool, string Arguments)> calls) => new()
    {
        ["id"] = "msg_1", ["type"] = "message", ["role"] = "assistant", ["model"] = "m",
        ["content"] = new JsonArray([
            .. text is null ? Array.Empty<JsonNode>() : [new JsonObject { ["type"] = "text", ["text"] = text }],
            .. calls.Select((c, i) => new JsonObject { ["type"] = "tool_use", ["id"] = Id(i), ["name"] = c.Tool, ["input"] = JsonNode.Parse(c.Arguments) }),
        ]),
        ["stop_reason"] = calls.Count > 0 ? "tool_use" : "end_turn", ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = 11, ["output_tokens"] = text is null ? 1 : 7 },
    };

    public override IReadOnlyDictionary<string, string> Results(JsonObject request) => request["messages"]!.AsArray()
        .Select(m => m!["content"]).OfType<JsonArray>().SelectMany(c => c).Where(b => (string?)b!["type"] == "tool_result")
        .ToDictionary(b => (string)b!["tool_use_id"]!, b => b!["content"] is JsonArray a ? string.Concat(a.Select(t => (string?)t!["text"])) : (string?)b["content"] ?? "");

    public override JsonObject Error(string message) => new() { ["type"] = "error", ["error"] = new JsonObject { ["type"] = "test_error", ["message"] = message } };

    private static string Event(string type, JsonObject data)
    {
        data["type"] = type;
        return $"event: {type}\ndata: {data.ToJsonString()}\n\n";
    }
}

/// <summary>Ollama's chat: one JSON document a line.</summary>
internal sealed class OllamaWire : Wire
{
    public override string StreamType => "application/x-ndjson";

    public override string Broken => "{\"model\":\"m\",\"message\":{\"role\":\"assis\n";

    public override IReadOnlyList<string> Stream(string? text, IReadOnlyList<(string Tool, string Arguments)> calls) =>
    [
        .. OpenAIWire.Pieces(text).Select(p => Line(new JsonObject { ["role"] = "assistant", ["content"] = p })),
        .. calls.Select(c => Line(new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(CallOf(c)) })),
        Document("", []).ToJsonString() + "\n",
    ];

    public override JsonObject Document(string? text, IReadOnlyList<(string Tool, string Arguments)> calls) => new()
    {
        ["model"] = "m", ["created_at"] = "2026-01-01T00:00:00Z",
        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text ?? "", ["tool_calls"] = calls.Count == 0 ? null : new JsonArray([.. calls.Select(CallOf)]) },
        ["done"] = true, ["done_reason"] = "stop", ["prompt_eval_count"] = 11, ["eval_count"] = 7,
    };

    public override IReadOnlyDictionary<string, string> Results(JsonObject request) => request["messages"]!.AsArray()
        .Where(m => (string?)m!["role"] == "tool").Select((m, i) => (Key: Id(i), Text: (string?)m!["content"] ?? "")).ToDictionary(r => r.Key, r => r.Text);

    public override JsonObject Error(string message) => new() { ["error"] = message };

    private static JsonObject CallOf((string Tool, string Arguments) call) =>
        new() { ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = JsonNode.Parse(call.Arguments) } };

    private static string Line(JsonObject message) =>
        new JsonObject { ["model"] = "m", ["created_at"] = "2026-01-01T00:00:00Z", ["message"] = message, ["done"] = false }.ToJsonString() + "\n";
}
