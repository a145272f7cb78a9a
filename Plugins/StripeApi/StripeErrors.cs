using System.Net;
using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Dunning;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Says Stripe's errors in words that are safe for a model and a user: why, what to do, code and request id.</summary>
internal static partial class StripeErrors
{
    /// <summary>True for what the far side or the way to it did; false for defects of ours.</summary>
    public static bool IsFarSide(Exception error, CancellationToken cancellationToken) =>
        error is StripeException or HttpRequestException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public static Refusal ToRefusal(Exception error) => error is StripeException { HttpStatusCode: not 0 } stripe
        ? Explain(stripe)
        : new Refusal("stripe_unreachable", "Stripe could not be reached.", "Try again in a moment.");

    /// <summary>
    /// True when Stripe certainly did nothing. A 500 is replayed for its key even where it came after the effect,
    /// and a conflict says that the same key is at work elsewhere: both are doubts.
    /// </summary>
    public static bool IsCertainlyUndone(Exception error) =>
        error is StripeException { HttpStatusCode: HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.PaymentRequired or HttpStatusCode.Forbidden or HttpStatusCode.NotFound } stripe
        && stripe.StripeError?.Type != "idempotency_error";

    /// <summary>
    /// The same for a DELETE, for which Stripe keeps no key: that the object is gone or can't be ended any more may be
    /// the effect of the request before, the SDK's repetition included.
    /// </summary>
    public static bool IsCertainlyUndoneWithoutKey(Exception error) =>
        error is StripeException { HttpStatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden };

    private static Refusal Explain(StripeException error)
    {
        var code = error.StripeError?.DeclineCode ?? error.StripeError?.Code ?? error.StripeError?.Type ?? $"http_{(int)error.HttpStatusCode}";
        var (message, remedy) = error.HttpStatusCode switch
        {
            HttpStatusCode.Unauthorized => ("Stripe did not accept the key.", "An administrator has to check the key's setting."),
            HttpStatusCode.Forbidden => ($"The key may not do this: {Said(error)}", "An administrator can add the permission to the restricted key."),
            HttpStatusCode.NotFound => ("Stripe has no such object in this account.", "Look it up again."),
            HttpStatusCode.TooManyRequests => ("Stripe is limiting our requests.", "Try again in a moment."),
            HttpStatusCode.PaymentRequired => (DeclineClassifier.Classify(error.StripeError?.DeclineCode ?? error.StripeError?.Code, error.StripeError?.AdviceCode).Meaning, "See the payment history for what the customer can do."),
            HttpStatusCode.Conflict => ("The object is being changed by another request.", "Try again in a moment."),
            >= HttpStatusCode.InternalServerError => ("Stripe had a fault of its own.", "Try again in a moment."),
            _ => ($"Stripe refused it: {Said(error)}", error.StripeError?.Param is { } field ? $"Check {field}." : null),
        };
        return new Refusal(code, message, remedy, error.StripeResponse?.RequestId);
    }

    /// <summary>Stripe's own words without ids, addresses, links, keys and long numbers.</summary>
    private static string Said(StripeException error)
    {
        var text = error.StripeError?.Message ?? "no reason given.";
        return Private().Replace(text, match => match.Groups["link"].Success ? "[link]" : match.Groups["mail"].Success ? "[mail]" : "[id]");
    }

    [GeneratedRegex(@"(?<link>https?://\S+)|(?<mail>[^\s@'""]+@[^\s@'""]+)|\b[a-z]{2,6}_(?:[a-z]+_)?[A-Za-z0-9*]{6,}|\d{12,}", RegexOptions.CultureInvariant)]
    private static partial Regex Private();
}
