using BillingCopilot.Sandbox.Faults;

namespace BillingCopilot.Sandbox.Http;

/// <summary>A request as it arrived.</summary>
internal sealed record ApiRequest(
    string Method,
    string Path,
    string Query,
    string Body,
    string RequestId,
    string? Authorization,
    string? IdempotencyKey,
    string? Account,
    Fault? Fault);

/// <summary>What to send back.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON text.</param>
/// <param name="OriginalRequest">For a replay: the request that had the effect.</param>
internal sealed record ApiAnswer(int Status, string Body, string? OriginalRequest = null)
{
    /// <summary>Set while the request holds its idempotency key; called when the answer has left.</summary>
    public Action? Release { get; init; }

    /// <summary>A file's content, in place of the body.</summary>
    public (string MediaType, byte[] Content)? File { get; init; }

    /// <summary>Which limit a 429 met; goes out as <c>Stripe-Rate-Limited-Reason</c>.</summary>
    public string? RateLimitedReason { get; init; }
}
