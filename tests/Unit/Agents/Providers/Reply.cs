using System.Text.Json.Nodes;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>What a provider of a test answers to one request, whatever protocol it speaks.</summary>
internal abstract record Reply
{
    /// <summary>A whole answer: text, calls, or neither.</summary>
    public sealed record Says(string? Text, params Called[] Calls) : Reply;

    /// <summary>An error status.</summary>
    public sealed record Status(int Code, string? RetryAfter = null, string Message = "Something is wrong here.") : Reply;

    /// <summary>Text in pieces; after the first, it waits until the client gives up.</summary>
    public sealed record Stalls(string Text) : Reply;

    /// <summary>Text whose second half comes only when it may.</summary>
    public sealed record Waits(string Text, Task Go) : Reply;

    /// <summary>Text whose connection breaks after the first piece: at once, or when it may.</summary>
    public sealed record BreaksOff(string Text, Task? When = null) : Reply;

    /// <summary>Text whose stream ends properly, but without saying that the answer is finished.</summary>
    public sealed record EndsEarly(string Text) : Reply;

    /// <summary>A piece that is half a JSON document.</summary>
    public sealed record HalfJson(string Text) : Reply;

    /// <summary>A call whose arguments stop in the middle.</summary>
    public sealed record HalfArguments(string Tool, string Arguments) : Reply;

    /// <summary>One document although a stream was asked for.</summary>
    public sealed record AtOnce(string Text) : Reply;

    public static Reply Say(string text) => new Says(text);

    public static Reply Call(string tool, params (string Name, JsonNode? Value)[] arguments) => new Says(null, Called.Of(tool, arguments));
}

/// <summary>One tool call of an answer.</summary>
internal sealed record Called(string Tool, JsonObject Arguments)
{
    public static Called Of(string tool, params (string Name, JsonNode? Value)[] arguments) =>
        new(tool, new JsonObject(arguments.Select(a => KeyValuePair.Create(a.Name, a.Value))));
}
