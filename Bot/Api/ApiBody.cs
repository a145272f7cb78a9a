using System.Text.Json;

namespace BillingCopilot.Bot.Api;

/// <summary>Reads the JSON body of a call, so that a wrong one is answered like every other fault.</summary>
internal static class ApiBody
{
    /// <summary>The body, or the error to answer with.</summary>
    public static async Task<(T? Body, IResult? Fault)> ReadAsync<T>(HttpContext http)
        where T : class
    {
        if (!http.Request.HasJsonContentType())
        {
            return (null, ApiError.Result(StatusCodes.Status415UnsupportedMediaType, "invalid_request", "The body is not announced as JSON.", "Send the header Content-Type: application/json."));
        }

        try
        {
            return await http.Request.ReadFromJsonAsync<T>(ApiJson.Options, http.RequestAborted) is { } body
                ? (body, null)
                : (null, Wrong("The body is null.", "Send a JSON object."));
        }
        catch (JsonException e)
        {
            return (null, Wrong($"The body is not the JSON that is expected here (line {e.LineNumber + 1 ?? 1}{(e.Path is { Length: > 2 } path ? $", field {path[2..]}" : "")}).", "Send a JSON object with the fields of docs/api.md."));
        }
        catch (BadHttpRequestException e)
        {
            return (null, ApiError.Result(e.StatusCode, "invalid_request", "The body could not be read.", "Send it whole, with the right Content-Length, and not larger than the server takes."));
        }
    }

    private static IResult Wrong(string message, string remedy) => ApiError.Result(StatusCodes.Status400BadRequest, "invalid_request", message, remedy);
}
