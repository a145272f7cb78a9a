using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Faults;

/// <summary>Answers of requests that never begin to execute: planned faults, and rate limits that are reached.</summary>
internal sealed class Refusals(RateLimits limits, string platform)
{
    private const string RateLimited =
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";

    private const string Locked =
        "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. "
        + "If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, "
        + "make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.";

    /// <summary>Null lets the request in. Runs under the state's gate.</summary>
    public ApiAnswer? Of(ApiRequest request)
    {
        var reason = request.Fault is { Kind: "429" } planned
            ? planned.Reason
            : limits.Take(request.Method, request.Path, request.Account ?? platform);
        return request.Fault?.Kind switch
        {
            "500_before" => new ApiAnswer(500, Committer.InternalError),
            "lock_timeout" => Answer(request, new ApiError(409, Locked, "lock_timeout")),
            _ when reason is not null => Answer(request, TooMany(reason)),
            _ => null,
        };
    }

    public static ApiError TooMany(string reason) => new(429, RateLimited, "rate_limit") { RateLimitedReason = reason };

    private static ApiAnswer Answer(ApiRequest request, ApiError error) =>
        new(error.Status, Json.Text(error.ToJson(request.RequestId))) { RateLimitedReason = error.RateLimitedReason };
}
