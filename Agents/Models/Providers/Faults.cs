using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>Makes one kind of failure out of what providers, clients and networks throw.</summary>
internal static class Faults
{
    /// <summary>A breaker repeats what opened it, which another model of the provider may have met: it is looked at first.</summary>
    public static ModelException Of(string model, Exception e) => e is BrokenCircuitException
        ? new(model, ModelFault.Open, "it failed several times in a row and is left alone for a while", "It is asked again by itself; `doctor` shows whether the provider answers.", inner: e)
        : Chain(e).OfType<ModelException>().FirstOrDefault() ?? Read(model, e);

    private static ModelException Read(string model, Exception e) => Chain(e).LastOrDefault(IsTelling) switch
    {
        TimeoutException or OperationCanceledException => new(model, ModelFault.Timeout, "its answer took too long", "Raise Model:TimeoutSeconds or Model:IdleSeconds if that is normal for it.", inner: e),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => Cut(model, e),
        HttpRequestException or IOException or System.Net.Sockets.SocketException => new(model, ModelFault.Connection, "the connection failed", "Check Model:Endpoint and the network.", inner: e),
        _ => new(model, ModelFault.Malformed, "its answer can't be read", "Check that Model:Endpoint speaks the protocol of Model:Provider.", inner: e),
    };

    public static ModelException Cut(string model, Exception? inner = null) =>
        new(model, ModelFault.Cut, "its answer broke off", "The provider or a proxy closed the connection; ask again.", inner: inner);

    public static ModelException Empty(string model) =>
        new(model, ModelFault.Empty, "its answer is empty", "Ask again; if it stays so, the model does not fit this use or its answers are cut by a length limit.");

    public static ModelException OfStatus(string model, HttpStatusCode status, string? said, TimeSpan? retryAfter)
    {
        var (reason, remedy) = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ("it refused the key", "Check Model:ApiKey and what it may use."),
            HttpStatusCode.NotFound => ("it knows no such model or address", "Check Model:Name and Model:Endpoint."),
            HttpStatusCode.TooManyRequests => ("it is rate-limited or out of quota", "Wait, or raise the quota at the provider."),
            HttpStatusCode.RequestEntityTooLarge => ("the request is too large for it", "Use a model with a larger context, or begin a new conversation."),
            >= HttpStatusCode.InternalServerError => ("it has a fault or is overloaded", "That is the provider's own; ask again later."),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => ("it answered with a redirect, which is not followed", "Give the final address as Model:Endpoint."),
            _ => ("it refused the request", "Check Model:Name and whether the model takes tools."),
        };
        return new(model, ModelFault.Status, reason, said is null ? remedy : $"It says: {said} {remedy}", status, retryAfter);
    }

    private static bool IsTelling(Exception e) =>
        e is TimeoutException or OperationCanceledException or HttpRequestException or IOException or System.Net.Sockets.SocketException or JsonException;

    private static IEnumerable<Exception> Chain(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
        {
            yield return at;
        }
    }
}
