using BillingCopilot.Sandbox.Control;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Faults;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Http;

/// <summary>HTTP in, HTTP out: headers, planned faults, and the hand-over to the executor or the control API.</summary>
internal sealed class RequestPipeline(
    SandboxState state, TimeEngine engine, ApiExecutor executor, ControlApi control, FaultPlan faults, TimeProvider clock)
{
    private static readonly ApiAnswer RateLimited = new(
        429, """{"error":{"code":"rate_limit","message":"Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.","type":"invalid_request_error"}}""");

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

        var answer = request.Fault?.Kind switch
        {
            "429" => RateLimited,
            "500_before" => new ApiAnswer(500, Committer.InternalError),
            _ => Execute(request),
        };
        if (request.Fault?.Kind == "cut_after")
        {
            // Freed before the cut: the client may repeat the moment it notices.
            Release(answer);
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
        using var reader = new StreamReader(http.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
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

    private ApiAnswer Execute(ApiRequest request)
    {
        lock (state.Gate)
        {
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

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
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
