using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class WebhookTests : IDisposable
{
    private static readonly SandboxOptions Quick = new() { WebhookRetryDelays = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)] };
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    [Fact]
    public async Task Event_Matching_IsDeliveredSignedAndCounted()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await RegisterAsync(sandbox, receiver, "customer.created");

        var customer = await sandbox.CustomerAsync(card: null);
        var (body, signature) = await receiver.NextAsync(_limit.Token);

        var received = EventUtility.ConstructEvent(body, signature, endpoint.Secret);
        received.Type.ShouldBe("customer.created");
        ((Customer)received.Data.Object).Id.ShouldBe(customer.Id);
        received.Request.Id.ShouldBe(customer.StripeResponse.RequestId);
        await UntilDeliveredAsync(sandbox, received.Id);
        (await sandbox.Admin.V1.WebhookEndpoints.GetAsync(endpoint.Id)).Secret.ShouldBeNull();
    }

    [Fact]
    public async Task Event_ReceiverFailsOnce_IsRetried()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync(refusals: 2);
        await RegisterAsync(sandbox, receiver, "*");

        await sandbox.CustomerAsync(card: null);

        (await receiver.NextAsync(_limit.Token)).Body.ShouldContain("customer.created");
    }

    [Fact]
    public async Task Event_ReceiverGone_StaysUndelivered()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
        await sandbox.Admin.V1.WebhookEndpoints.CreateAsync(new WebhookEndpointCreateOptions { Url = "http://127.0.0.1:1/hook", EnabledEvents = ["*"] });

        await sandbox.CustomerAsync(card: null);

        var failed = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { DeliverySuccess = false });
        failed.Data.Single().PendingWebhooks.ShouldBe(1);
    }

    [Fact]
    public async Task Emit_AnyType_WrapsTheCurrentObject()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await RegisterAsync(sandbox, receiver, "invoice.upcoming");
        var invoice = await sandbox.OpenInvoiceAsync();

        var emitted = await sandbox.ControlAsync("emit", new { type = "invoice.upcoming", @object = invoice.Id });
        var (body, signature) = await receiver.NextAsync(_limit.Token);

        var received = EventUtility.ConstructEvent(body, signature, endpoint.Secret);
        received.Id.ShouldBe((string?)emitted["id"]);
        ((Invoice)received.Data.Object).AmountDue.ShouldBe(3000);
    }

    [Fact]
    public async Task Restart_WithUndeliveredEvent_DeliversIt()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-").FullName;
        await using var receiver = await Receiver.StartAsync(refusals: 1);
        var options = new SandboxOptions { DataDirectory = data, WebhookRetryDelays = [TimeSpan.FromHours(1)] };
        await using (var first = await SandboxFixture.StartAsync(options, TimeProvider.System))
        {
            await RegisterAsync(first, receiver, "*");
            await first.CustomerAsync(card: null);
            await receiver.RefusedAsync(_limit.Token);
        }

        await using var second = await SandboxFixture.StartAsync(options, TimeProvider.System);

        (await receiver.NextAsync(_limit.Token)).Body.ShouldContain("customer.created");
    }

    public void Dispose() => _limit.Dispose();

    private static Task<WebhookEndpoint> RegisterAsync(SandboxFixture sandbox, Receiver receiver, string type) =>
        sandbox.Admin.V1.WebhookEndpoints.CreateAsync(new WebhookEndpointCreateOptions { Url = receiver.Url, EnabledEvents = [type] });

    private async Task UntilDeliveredAsync(SandboxFixture sandbox, string id)
    {
        while ((await sandbox.Admin.V1.Events.GetAsync(id, cancellationToken: _limit.Token)).PendingWebhooks > 0)
        {
            await Task.Yield();
        }
    }
}
