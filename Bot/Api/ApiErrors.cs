namespace BillingCopilot.Bot.Api;

/// <summary>Gives the API's error body to whatever below <c>/api</c> would end without one.</summary>
internal static class ApiErrors
{
    public static void UseApiErrors(this WebApplication app) => app.UseWhen(
        http => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
        api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions { AllowStatusCode404Response = true, ExceptionHandler = http => AnswerAsync(http, StatusCodes.Status500InternalServerError) });
            api.UseStatusCodePages(page => AnswerAsync(page.HttpContext, page.HttpContext.Response.StatusCode));
        });

    private static Task AnswerAsync(HttpContext http, int status)
    {
        var (code, message, remedy) = status switch
        {
            StatusCodes.Status404NotFound => ("unknown_path", $"There is nothing at {http.Request.Path}.", "docs/api.md lists every call."),
            StatusCodes.Status405MethodNotAllowed => ("wrong_method", $"{http.Request.Path} does not take {http.Request.Method}.", "docs/api.md lists every call."),
            >= 500 => ("internal_error", "The call broke off.", "Look whether it took effect (GET /api/proposals), then try again; the server's log says what happened."),
            _ => ("invalid_request", "The call could not be read.", "docs/api.md says what it takes."),
        };
        return ApiError.Result(status, code, message, remedy).ExecuteAsync(http);
    }
}
