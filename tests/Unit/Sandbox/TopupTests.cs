using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>Money that the account fetches from its own bank.</summary>
public sealed class TopupTests
{
    [Theory]
    [InlineData(null, "succeeded", 50_000)]
    [InlineData("btok_us_verified", "succeeded", 50_000)]
    [InlineData("btok_us_verified_noAccount", "failed", 0)]
    public async Task Topup_OnItsDay_IsOnTheBalanceOrNever(string? source, string status, long available)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var topup = await CreateAsync(sandbox, source);
        (topup.Status, topup.BalanceTransactionId).ShouldBe(("pending", null));

        await sandbox.UntilAsync(topup.ExpectedAvailabilityDate!.Value);

        var after = await sandbox.Admin.V1.Topups.GetAsync(topup.Id);
        (after.Status, after.FailureCode).ShouldBe((status, status == "failed" ? "no_account" : null));
        (await sandbox.Admin.V1.Balance.GetAsync()).Available.Sum(a => a.Amount).ShouldBe(available);
        var movements = await sandbox.Admin.V1.BalanceTransactions.ListAsync(new BalanceTransactionListOptions { Source = topup.Id });
        movements.Data.Select(m => (m.Type, m.ReportingCategory, m.Net)).ShouldBe(available == 0 ? [] : [("topup", "topup", available)]);
        (await sandbox.Admin.V1.Events.ListAsync(new EventListOptions { Type = $"topup.{status}" })).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task CancelTopup_OnlyWhilePending_Works()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (first, second) = (await CreateAsync(sandbox, null), await CreateAsync(sandbox, null));

        (await sandbox.Admin.V1.Topups.CancelAsync(first.Id)).Status.ShouldBe("canceled");
        await sandbox.ControlAsync("clock", new { advance = "10d" });
        var error = await Should.ThrowAsync<StripeException>(() => sandbox.Admin.V1.Topups.CancelAsync(second.Id));

        error.Message.ShouldContain("Only pending top-ups");
        (await sandbox.Admin.V1.Topups.ListAsync(new TopupListOptions { Status = "canceled" })).Data.Select(t => t.Id).ShouldBe([first.Id]);
    }

    private static Task<Topup> CreateAsync(SandboxFixture sandbox, string? source) => sandbox.Admin.V1.Topups.CreateAsync(
        new TopupCreateOptions { Amount = 50_000, Currency = "usd", Description = "Reserve for refunds", StatementDescriptor = "LUMEN", Source = source });
}
