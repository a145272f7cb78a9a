using System.Net;
using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class IdempotencyTests
{
    private static readonly RequestOptions Key = new() { IdempotencyKey = "key-1" };

    [Fact]
    public async Task CreateRefund_SameKeyTwice_ReplaysOneEffect()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox);

        var again = await sandbox.Admin.V1.Refunds.CreateAsync(Options(refund.ChargeId), Key);

        again.Id.ShouldBe(refund.Id);
        again.StripeResponse.Headers.GetValues("Idempotent-Replayed").Single().ShouldBe("true");
        again.StripeResponse.Headers.GetValues("Original-Request").Single().ShouldBe(refund.StripeResponse.RequestId);
        (await sandbox.EffectsAsync()).Count(e => (string?)e!["effect"] == "refund.created").ShouldBe(1);
        ((int)(await sandbox.ControlAsync("ledger"))["replays"]!).ShouldBe(1);
    }

    [Fact]
    public async Task CreateRefund_SameKeyOtherAmount_IsIdempotencyError()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox);

        var error = await Should.ThrowAsync<StripeException>(() =>
            sandbox.Admin.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = refund.ChargeId, Amount = 5 }, Key));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.BadRequest);
        error.StripeError.Type.ShouldBe("idempotency_error");
    }

    [Fact]
    public async Task CreateRefund_500AfterEffect_ReplaysThe500AndHappensOnce()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await ChargeAsync(sandbox);
        await sandbox.ControlAsync("faults", new { match = "POST /v1/refunds", kind = "500_after" });

        for (var i = 0; i < 2; i++)
        {
            var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key));
            error.HttpStatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        }

        (await sandbox.Admin.V1.Refunds.ListAsync(new RefundListOptions { Charge = charge })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task CreateRefund_ConnectionCutAfterEffect_RetryGetsTheSameRefund()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await ChargeAsync(sandbox);
        await sandbox.ControlAsync("faults", new { match = "POST /v1/ref*", kind = "cut_after" });

        await Should.ThrowAsync<HttpRequestException>(() => sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key));
        var refund = await sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key);

        refund.Amount.ShouldBe(1000);
        (await sandbox.Admin.V1.Refunds.ListAsync(new RefundListOptions { Charge = charge })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task CreateRefund_ValidationFailure_IsNotSaved()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var charge = await ChargeAsync(sandbox);
        await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Refunds.CreateAsync(Options("ch_none"), Key));

        var refund = await sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key);

        refund.Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task CreateRefund_WhileTheFirstIsUnanswered_Is409()
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions(), TimeProvider.System);
        var charge = await ChargeAsync(sandbox);
        await sandbox.ControlAsync("faults", new { match = "POST /v1/refunds", kind = "slow", delay_ms = 1500 });
        var first = sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key);
        while ((await sandbox.EffectsAsync()).All(e => (string?)e!["effect"] != "refund.created"))
        {
            await Task.Yield();
        }

        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Refunds.CreateAsync(Options(charge), Key));

        error.HttpStatusCode.ShouldBe(HttpStatusCode.Conflict);
        error.StripeError.Code.ShouldBe("idempotency_key_in_use");
        (await first).Amount.ShouldBe(1000);
    }

    [Fact]
    public async Task CreateRefund_SameKeyAfter24Hours_ExecutesAnew()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var refund = await RefundAsync(sandbox);
        await sandbox.ControlAsync("clock", new { advance = "25h" });

        var again = await sandbox.Admin.V1.Refunds.CreateAsync(Options(refund.ChargeId), Key);

        again.Id.ShouldNotBe(refund.Id);
    }

    private static RefundCreateOptions Options(string charge) => new() { Charge = charge, Amount = 1000 };

    private static async Task<Refund> RefundAsync(SandboxFixture sandbox) =>
        await sandbox.Admin.V1.Refunds.CreateAsync(Options(await ChargeAsync(sandbox)), Key);

    private static async Task<string> ChargeAsync(SandboxFixture sandbox)
    {
        await sandbox.PaidInvoiceAsync();
        return (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single().Id;
    }
}
