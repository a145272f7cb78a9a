using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Boundaries before and after each write to Stripe, for the crash harness.</summary>
internal sealed class FailpointHandler(Failpoints failpoints) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Post)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        await failpoints.ReachAsync("stripe.write.before");
        var answer = await base.SendAsync(request, cancellationToken);
        await failpoints.ReachAsync("stripe.write.after");
        return answer;
    }
}
