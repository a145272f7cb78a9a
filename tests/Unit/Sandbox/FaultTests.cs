using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class FaultTests
{
    [Theory]
    [InlineData("500_before", 500, 0)]
    [InlineData("500_after", 500, 1)]
    [InlineData("429", 429, 0)]
    [InlineData("lock_timeout", 409, 0)]
    [InlineData("cut_before", 0, 0)]
    [InlineData("cut_during", 0, 1)]
    [InlineData("cut_after", 0, 1)]
    [InlineData("slow", 200, 1)]
    public async Task Fault_AsStripesClientMeetsIt_HasItsEffectOnceOrNotAtAll(string kind, int status, int effects)
    {
        await using var sandbox = await SandboxFixture.StartAsync(new BillingCopilot.Sandbox.SandboxOptions(), TimeProvider.System);
        await sandbox.ControlAsync("faults", new { match = "POST /v1/customers", kind, delay_ms = 20 });

        (await CreateAsync(sandbox, "k1")).ShouldBe(status);

        (await CreatedAsync(sandbox)).ShouldBe(effects);
        // Repeated with its key: a saved 500 replays, anything else ends well; never a second customer.
        (await CreateAsync(sandbox, "k1")).ShouldBe(kind == "500_after" ? 500 : 200);
        (await CreatedAsync(sandbox)).ShouldBe(1);
    }

    [Theory]
    [InlineData("cut_during")]
    [InlineData("cut_after")]
    [InlineData("cut_before")]
    [InlineData("lock_timeout")]
    public async Task Fault_TheClientsOwnRetry_EndsInOneEffect(string kind)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("faults", new { match = "POST /v1/customers", kind });

        var customer = await sandbox.Client(BillingCopilot.Sandbox.SandboxKeys.Admin, retries: 2).V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "Once" });

        customer.Name.ShouldBe("Once");
        (await CreatedAsync(sandbox)).ShouldBe(1);
    }

    [Fact]
    public async Task RateLimited_SaysWhy()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("faults", new { match = "GET /v1/invoices", kind = "429", reason = "endpoint-concurrency" });

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Invoices.ListAsync());

        error.HttpStatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        error.StripeError.Code.ShouldBe("rate_limit");
        error.StripeResponse.Headers.GetValues("Stripe-Rate-Limited-Reason").Single().ShouldBe("endpoint-concurrency");
    }

    [Fact]
    public async Task RateLimits_SwitchedOn_AreStripesForASandbox()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("rate_limits", new { mode = "sandbox" });

        (await UntilLimitedAsync(() => sandbox.Admin.V1.Customers.SearchAsync(new CustomerSearchOptions { Query = "email:'a'" }))).ShouldBe((20, "endpoint-rate"));
        (await UntilLimitedAsync(() => sandbox.Admin.V1.Customers.ListAsync())).ShouldBe((5, "global-rate"));

        await sandbox.ControlAsync("rate_limits", new { mode = "off" });
        await sandbox.Admin.V1.Customers.ListAsync();
    }

    [Fact]
    public async Task RateLimits_MeterEvents_HaveAThousandASecondOfTheirOwn()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.ControlAsync("rate_limits", new { mode = "sandbox" });

        // What is wrong with an event does not matter here: it counts.
        var (let, reason) = await UntilLimitedAsync(async () =>
        {
            try
            {
                return await sandbox.Admin.V1.Billing.MeterEvents.CreateAsync(new Stripe.Billing.MeterEventCreateOptions { EventName = "none", Payload = new() { ["value"] = "1" } });
            }
            catch (StripeException error) when (error.HttpStatusCode == HttpStatusCode.BadRequest)
            {
                return null;
            }
        });

        (let, reason).ShouldBe((1_000, "endpoint-rate"));
        await sandbox.Admin.V1.Customers.ListAsync();
    }

    [Fact]
    public async Task RateLimits_InvoicesOfASubscription_AreTenAMinuteAndTwentyADay()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var item = (await sandbox.SubscriptionAsync((await sandbox.CustomerAsync()).Id, (await sandbox.PriceAsync()).Id)).Items.Data[0].Id;
        await sandbox.ControlAsync("clock", new { freeze = true });
        await sandbox.ControlAsync("rate_limits", new { mode = "live" });
        var seats = 1;

        (await UntilLimitedAsync(MoreAsync)).ShouldBe((10, "resource-specific"));
        await sandbox.ControlAsync("clock", new { advance = "61s" });
        (await UntilLimitedAsync(MoreAsync)).ShouldBe((10, "resource-specific"));
        await sandbox.ControlAsync("clock", new { advance = "23h" });
        (await UntilLimitedAsync(MoreAsync)).ShouldBe((0, "resource-specific"));
        await sandbox.ControlAsync("clock", new { advance = "1h" });
        await MoreAsync();

        Task<SubscriptionItem> MoreAsync() =>
            sandbox.Admin.V1.SubscriptionItems.UpdateAsync(item, new SubscriptionItemUpdateOptions { Quantity = ++seats, ProrationBehavior = "always_invoice" });
    }

    [Theory]
    [InlineData("faults", """{"kind":"429","reason":"because"}""", "reason", "global-rate")]
    [InlineData("faults", """{"kind":"gone"}""", "kind", "cut_during")]
    [InlineData("rate_limits", """{"mode":"fast"}""", "mode", "off, sandbox or live")]
    [InlineData("webhooks", """{"reorder":-1}""", "reorder", "whole number")]
    [InlineData("settings", """{"after_retries":"hope"}""", "after_retries", "past_due")]
    [InlineData("settings", """{"retries":3}""", "retries", "attempts")]
    public async Task Control_BadInput_NamesFieldAndRemedy(string path, string body, string field, string remedy)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        using var response = await sandbox.Http.PostAsync("_sandbox/" + path, new StringContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        ((string)error["param"]!).ShouldBe(field);
        ((string)error["message"]!).ShouldContain(remedy);
    }

    private static async Task<(int Let, string Reason)> UntilLimitedAsync<T>(Func<Task<T>> call)
    {
        for (var let = 0; ; let++)
        {
            try
            {
                await call();
            }
            catch (StripeException error) when (error.HttpStatusCode == HttpStatusCode.TooManyRequests)
            {
                return (let, error.StripeResponse.Headers.GetValues("Stripe-Rate-Limited-Reason").Single());
            }
        }
    }

    private static async Task<int> CreateAsync(SandboxFixture sandbox, string key)
    {
        try
        {
            await sandbox.Admin.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "Once" }, new RequestOptions { IdempotencyKey = key });
            return 200;
        }
        catch (StripeException error)
        {
            return (int)error.HttpStatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static async Task<int> CreatedAsync(SandboxFixture sandbox) =>
        (await sandbox.EffectsAsync()).Count(e => (string?)e!["effect"] == "customer.created");
}
