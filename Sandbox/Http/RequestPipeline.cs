using System.Text;
using BillingCopilot.Sandbox.Control;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Faults;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Http;

/// <summary>HTTP in, HTTP out: headers, planned faults, and the hand-over to the executor or the control API.</summary>
internal sealed class RequestPipeline(
    SandboxState state, TimeEngine engine, ApiExecutor executor, ControlApi control, FaultPlan faults, Refusals refusals, TimeProvider clock)
{
    private readonly RunningIds _requests = new(unchecked((int)clock.GetUtcNow().UtcTicks));

    public async Task HandleAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        if (request.Path.StartsWith("/_sandbox/", StringComparison.Ordinal))
        {
            await WriteAsync(context, request, control.Answer(request));
            return;
        }

        if (request.Fault?.Kind == "cut_before")
        {
            context.Abort();
            return;
        }

        var answer = Execute(request);
        if (request.Fault is { Kind: "cut_during" or "cut_after" } cut)
        {
            // Freed before the cut: the client may repeat the moment it notices.
            Release(answer);
            if (cut.Kind == "cut_during")
            {
                await WriteHalfAsync(context, request, answer);
            }

            context.Abort();
            return;
        }

        try
        {
            await SendAsync(context, request, answer);
        }
        finally
        {
            Release(answer);
        }
    }

    private async Task<ApiRequest> ReadAsync(HttpContext context)
    {
        var http = context.Request;
        var body = await BodyAsync(http, context.RequestAborted);
        var path = http.Path.Value ?? "/";
        lock (state.Gate)
        {
            return new ApiRequest(
                http.Method,
                path,
                http.QueryString.Value ?? "",
                body,
                _requests.Next("req")[..18],
                Header(http, "Authorization"),
                Header(http, "Idempotency-Key"),
                Header(http, "Stripe-Account"),
                path.StartsWith("/_sandbox/", StringComparison.Ordinal) ? null : faults.Take(http.Method, path));
        }
    }

    private static async Task<string> BodyAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        if (http.HasFormContentType && http.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return await MultipartBody.ReadAsync(http, cancellationToken);
        }

        using var reader = new StreamReader(http.Body);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private ApiAnswer Execute(ApiRequest request)
    {
        lock (state.Gate)
        {
            if (refusals.Of(request) is { } refused)
            {
                return refused;
            }

            engine.CatchUp();
            return executor.Execute(request);
        }
    }

    private void Release(ApiAnswer answer)
    {
        if (answer.Release is { } release)
        {
            lock (state.Gate)
            {
                release();
            }
        }
    }

    private async Task SendAsync(HttpContext context, ApiRequest request, ApiAnswer answer)
    {
        if (request.Fault is { Kind: "slow" } slow)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(slow.DelayMs), clock, context.RequestAborted);
        }

        await WriteAsync(context, request, answer);
    }

    private async Task WriteAsync(HttpContext context, ApiRequest request, ApiAnswer answer)
    {
        Head(context, request, answer);
        if (answer.File is { } file)
        {
            context.Response.ContentType = file.MediaType;
            await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
            return;
        }

        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    private async Task WriteHalfAsync(HttpContext context, ApiRequest request, ApiAnswer answer)
    {
        Head(context, request, answer);
        var body = Encoding.UTF8.GetBytes(answer.Body);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private void Head(HttpContext context, ApiRequest request, ApiAnswer answer)
    {
        var headers = context.Response.Headers;
        headers["Request-Id"] = request.RequestId;
        headers["Stripe-Version"] = Header(context.Request, "Stripe-Version") ?? EventWriter.ApiVersion;
        headers.Date = WorldNow().ToString("r");
        if (request.IdempotencyKey is { } key)
        {
            headers["Idempotency-Key"] = key;
            headers["Original-Request"] = answer.OriginalRequest ?? request.RequestId;
        }

        if (answer.OriginalRequest is not null)
        {
            headers["Idempotent-Replayed"] = "true";
        }

        if (answer.RateLimitedReason is { } reason)
        {
            headers["Stripe-Rate-Limited-Reason"] = reason;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
    }

    private DateTimeOffset WorldNow()
    {
        lock (state.Gate)
        {
            return state.Clock.Now;
        }
    }

    private static string? Header(HttpRequest request, string name) => request.Headers[name].FirstOrDefault();
}
