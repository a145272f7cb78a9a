using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Lets business time follow the <c>Date</c> of the sandbox's responses.</summary>
internal sealed class BusinessClockHandler(BusinessClock clock, TimeProvider time) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.Date is { } farNow)
        {
            clock.Observe(farNow, time.GetElapsedTime(sent));
        }

        return response;
    }
}
