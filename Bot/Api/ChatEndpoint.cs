using System.Globalization;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Bot.Tasks;

namespace BillingCopilot.Bot.Api;

/// <summary><c>POST /api/chat</c>: one turn, answered as server-sent events. The events are described in docs/api.md.</summary>
public static class ChatEndpoint
{
    /// <summary>Longest message, in characters.</summary>
    public const int MaxText = 8000;

    public static void MapChat(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/chat", HandleAsync);
        routes.MapGet("/chat", ResumeAsync);
    }

    private static async Task HandleAsync(HttpContext http, ChatTurns chat)
    {
        var (request, wrong) = await ApiBody.ReadAsync<ChatRequest>(http);
        if (wrong is not null)
        {
            await wrong.ExecuteAsync(http);
            return;
        }

        if (Fault(request) is { } fault)
        {
            await ApiError.Result(StatusCodes.Status400BadRequest, "invalid_request", fault.Fault, fault.Remedy).ExecuteAsync(http);
            return;
        }

        var caller = ApiGate.Caller(http);
        if (request!.Conversation is { } id && !await chat.OwnsAsync(caller.Tenant.Context, caller.Person, id, http.RequestAborted))
        {
            await ApiError.Result(StatusCodes.Status404NotFound, "unknown_conversation", $"Conversation '{id}' is not one of yours.", "Leave it out to start a new one.").ExecuteAsync(http);
            return;
        }

        Begin(http);
        await foreach (var (task, e) in chat.StreamAsync(caller.Tenant.Context, caller.Person, request.Conversation, request.Text!, request.Channel ?? Channels.Api, http.RequestAborted))
        {
            await SendAsync(http, task, e);
        }
    }

    /// <summary><c>GET /api/chat</c> with <c>Last-Event-ID</c>: what came after that event, at whichever node.</summary>
    private static async Task ResumeAsync(HttpContext http, ChatTurns chat)
    {
        var caller = ApiGate.Caller(http);
        if (http.Request.Headers["Last-Event-ID"].ToString().Split(':') is not [{ Length: > 0 } task, var place]
            || !int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            await ApiError.Result(StatusCodes.Status400BadRequest, "invalid_last_event_id", "The Last-Event-ID header is missing or has another form.", "Send the id of the last event that you have, such as task_…:3.").ExecuteAsync(http);
            return;
        }

        if (!await chat.AskedAsync(caller.Tenant.Context, caller.Person, task, http.RequestAborted))
        {
            await ApiError.Result(StatusCodes.Status404NotFound, "unknown_turn", $"Turn '{task}' is not one of yours.", "Ask again with POST /api/chat.").ExecuteAsync(http);
            return;
        }

        Begin(http);
        await foreach (var e in chat.ResumeAsync(caller.Tenant.Context, task, after, http.RequestAborted))
        {
            await SendAsync(http, task, e);
        }
    }

    private static void Begin(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
    }

    private static async Task SendAsync(HttpContext http, string task, StreamedEvent e)
    {
        await http.Response.WriteAsync($"event: {e.Name}\ndata: {e.Data}\nid: {task}:{e.Seq}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private static (string Fault, string Remedy)? Fault(ChatRequest? request) => request?.Text?.Trim() switch
    {
        null or "" => ("text is missing.", "Send {\"text\": \"…\"}."),
        { Length: > MaxText } text => ($"text has {text.Length} characters; at most {MaxText} are taken.", "Shorten it."),
        _ when request!.Channel is { } channel && !Channels.Named.Contains(channel) => ($"channel '{channel}' is not known.", $"Use one of: {string.Join(", ", Channels.Named)}; or leave it out."),
        _ => null,
    };
}

/// <param name="Text">The question, at most 8,000 characters.</param>
/// <param name="Conversation">Conversation to go on with; absent starts one.</param>
/// <param name="Channel">Where the answer will be read: <c>api</c> (default), <c>teams</c>, <c>slack</c> or <c>mail</c>. Only its tone depends on it.</param>
public sealed record ChatRequest(string? Text, string? Conversation, string? Channel = null);
