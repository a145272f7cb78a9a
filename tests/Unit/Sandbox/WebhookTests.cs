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
    public async Task Events_ByDeliverySuccess_AreThoseThatArrivedAndThoseThatDidNot()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick with { WebhookRetryDelays = [] }, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync(refusals: 1);
        await RegisterAsync(sandbox, receiver, "customer.created");

        await sandbox.CustomerAsync(card: null);
        await receiver.RefusedAsync(_limit.Token);
        await sandbox.CustomerAsync(card: null);
        await receiver.NextAsync(_limit.Token);

        var all = (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = "customer.created" })).Data;
        await UntilDeliveredAsync(sandbox, all[0].Id);
        (await OfAsync(true)).ShouldBe([all[0].Id]);
        (await OfAsync(false)).ShouldBe([all[1].Id]);

        async Task<IEnumerable<string>> OfAsync(bool delivered) => (await sandbox.Admin.V1.Events.ListAsync(
            new EventListOptions { Type = "customer.created", DeliverySuccess = delivered })).Data.Select(e => e.Id);
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

    [Fact]
    public async Task Event_ReceiverFails_IsTriedAgainWhenTheWorldsTimeHasPassed()
    {
        var options = new SandboxOptions { WebhookRetryDelays = [TimeSpan.FromHours(5)] };
        await using var sandbox = await SandboxFixture.StartAsync(options, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync(refusals: 1);
        await RegisterAsync(sandbox, receiver, "customer.created");
        await sandbox.ControlAsync("clock", new { freeze = true });
        await sandbox.CustomerAsync(card: null);
        await receiver.RefusedAsync(_limit.Token);

        var waiting = receiver.NextAsync(_limit.Token).AsTask();
        await sandbox.ControlAsync("clock", new { advance = "4h" });
        waiting.IsCompleted.ShouldBeFalse();
        // The failed try may still be on its way to its wait: time passes until it comes.
        while (!waiting.IsCompleted)
        {
            await sandbox.ControlAsync("clock", new { advance = "1h" });
            await Task.Yield();
        }

        (await waiting).Body.ShouldContain("customer.created");
    }

    [Fact]
    public async Task Deliveries_Disorderly_ArriveTwiceAndInTheSeedsOrder()
    {
        var orders = new List<string>();
        foreach (var seed in (int[])[1, 1, 2])
        {
            await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
            await using var receiver = await Receiver.StartAsync();
            await RegisterAsync(sandbox, receiver, "customer.created");
            await sandbox.ControlAsync("webhooks", new { duplicate = 100, reorder = 4, seed });

            for (var i = 0; i < 4; i++)
            {
                await sandbox.CustomerAsync(card: null, name: $"Customer {i}");
            }

            var names = new List<string>();
            for (var i = 0; i < 8; i++)
            {
                var (body, _) = await receiver.NextAsync(_limit.Token);
                names.Add(((Customer)EventUtility.ParseEvent(body).Data.Object).Name[^1..]);
            }

            names.GroupBy(n => n).ShouldAllBe(g => g.Count() == 2);
            orders.Add(string.Concat(names));
        }

        orders[0].ShouldBe(orders[1]);
        orders[0].ShouldNotBe(orders[2]);
        orders.ShouldContain(o => o != "00112233");
    }

    [Fact]
    public async Task Deliveries_Delayed_WaitForTheWorldsClock()
    {
        await using var sandbox = await SandboxFixture.StartAsync(Quick, TimeProvider.System);
        await using var receiver = await Receiver.StartAsync();
        await RegisterAsync(sandbox, receiver, "customer.created");
        await sandbox.ControlAsync("clock", new { freeze = true });
        await sandbox.ControlAsync("webhooks", new { delay = 100, delay_seconds = 3600 });
        await sandbox.CustomerAsync(card: null);

        var pending = await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { DeliverySuccess = false });
        pending.Data.Count.ShouldBe(1);
        var waiting = receiver.NextAsync(_limit.Token).AsTask();
        while (!waiting.IsCompleted)
        {
            await sandbox.ControlAsync("clock", new { advance = "1h" });
            await Task.Yield();
        }

        (await waiting).Body.ShouldContain("customer.created");
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
