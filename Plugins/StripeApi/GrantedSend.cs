using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Asks the grant right before each request leaves: after the reads of the operation and the wait for the account's pace.</summary>
internal sealed class GrantedSend(WriteGrant grant) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await grant.LeaveAsync(cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}
