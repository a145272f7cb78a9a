using System.Net;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>How a model failed to answer.</summary>
public enum ModelFault
{
    /// <summary>The provider answered with an error status.</summary>
    Status,

    /// <summary>Nothing answered at the address, or the connection broke.</summary>
    Connection,

    /// <summary>The answer, or its next piece, took too long.</summary>
    Timeout,

    /// <summary>The answer stopped before its end.</summary>
    Cut,

    /// <summary>The answer can't be read as what the provider promises.</summary>
    Malformed,

    /// <summary>The answer holds neither text nor a call.</summary>
    Empty,

    /// <summary>It failed so often that it is left alone for a while.</summary>
    Open,
}

/// <summary>A model did not answer. The message names the provider, the fault and the remedy, and never a key.</summary>
/// <param name="model"><c>openai:gpt-…</c>.</param>
/// <param name="reason">For people, without figures: <c>it is rate-limited</c>.</param>
/// <param name="retryAfter">How long the provider asks to wait.</param>
public sealed class ModelException(string model, ModelFault fault, string reason, string remedy, HttpStatusCode? status = null, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception($"{model} did not answer: {reason}{(status is { } s ? $" (HTTP {(int)s})" : "")}. {remedy}", inner)
{
    public string Model { get; } = model;

    public ModelFault Fault { get; } = fault;

    public string Reason { get; } = reason;

    public HttpStatusCode? Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True when asking again may help: limits, outages, broken answers; not a refused key or request.</summary>
    public bool IsPassing => Fault switch
    {
        ModelFault.Open => false,
        ModelFault.Status => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        _ => true,
    };
}
