using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class TimeTests
{
    [Fact]
    public async Task Draft_AfterAnHour_IsFinalizedAtItsMoment()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var draft = await DraftAsync(sandbox);

        await sandbox.ControlAsync("clock", new { advance = "59m" });
        (await sandbox.Admin.V1.Invoices.GetAsync(draft.Id)).Status.ShouldBe("draft");
        var clock = await sandbox.ControlAsync("clock", new { advance = "1d" });

        var open = await sandbox.Admin.V1.Invoices.GetAsync(draft.Id);
        open.StatusTransitions.FinalizedAt.ShouldBe(draft.Created.AddHours(1));
        clock["passed"]!["done"]!["invoice.finalize"]!.GetValue<int>().ShouldBe(1);
        clock["passed"]!["events"]!["invoice.finalized"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task WallTime_Passing_DoesWhatIsDueBeforeTheNextAnswer()
    {
        var wall = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var sandbox = await SandboxFixture.StartAsync(clock: wall);
        var draft = await DraftAsync(sandbox);

        wall.Advance(TimeSpan.FromMinutes(61));

        (await sandbox.Admin.V1.Invoices.GetAsync(draft.Id)).Status.ShouldNotBe("draft");
    }

    private static async Task<Invoice> DraftAsync(SandboxFixture sandbox)
    {
        var customer = await sandbox.CustomerAsync();
        await sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = 900, Currency = "usd" });
        return await sandbox.Admin.V1.Invoices.CreateAsync(new InvoiceCreateOptions
        {
            Customer = customer.Id,
            AutoAdvance = true,
            PendingInvoiceItemsBehavior = "include",
        });
    }
}
