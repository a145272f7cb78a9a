using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

public sealed class JournalTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("sandbox-").FullName;

    private string JournalPath => Path.Combine(_data, "journal.jsonl");

    [Fact]
    public async Task Restart_ComesBackAsItWas()
    {
        string refund, ledger, now;
        await using (var first = await SandboxFixture.StartAsync(_data))
        {
            refund = await RefundAsync(first);
            await first.ControlAsync("clock", new { advance = "3h", freeze = true });
            (ledger, now) = ((await first.ControlAsync("ledger")).ToJsonString(), (await first.ControlAsync("clock")).ToJsonString());
        }

        await using var second = await SandboxFixture.StartAsync(_data);

        (await second.ControlAsync("ledger")).ToJsonString().ShouldBe(ledger);
        (await second.ControlAsync("clock")).ToJsonString().ShouldBe(now);
        (await second.Admin.V1.Refunds.ListAsync()).Data.Single().Id.ShouldBe(refund);
        (await RefundAsync(second, charge: (await second.Admin.V1.Charges.ListAsync()).Data.Single().Id)).ShouldBe(refund, "the key replays");
        (await second.CustomerAsync(card: null)).Id.ShouldNotBe((await second.Admin.V1.Charges.ListAsync()).Data.Single().CustomerId);
    }

    [Fact]
    public async Task Restart_TornLastLine_IsDropped()
    {
        await using (var first = await SandboxFixture.StartAsync(_data))
        {
            await first.CustomerAsync(card: null);
        }

        await System.IO.File.AppendAllTextAsync(JournalPath, "{\"puts\":[{\"id\":\"cus_to");

        await using var second = await SandboxFixture.StartAsync(_data);
        await second.CustomerAsync(card: null);

        (await second.Admin.V1.Customers.ListAsync()).Data.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Restart_OtherSeed_IsRefusedNamingIt()
    {
        await using (await SandboxFixture.StartAsync(_data))
        {
        }

        var error = await Should.ThrowAsync<SandboxStartException>(() => SandboxFixture.StartAsync(_data, seed: 2));

        error.Message.ShouldContain("was written for seed 1, but this start asks for 2");
    }

    [Fact]
    public async Task Start_WhileAnotherHoldsTheJournal_IsRefused()
    {
        await using var first = await SandboxFixture.StartAsync(_data);

        await Should.ThrowAsync<SandboxStartException>(() => SandboxFixture.StartAsync(_data));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task<string> RefundAsync(SandboxFixture sandbox, string? charge = null)
    {
        if (charge is null)
        {
            await sandbox.PaidInvoiceAsync();
            charge = (await sandbox.Admin.V1.Charges.ListAsync()).Data.Single().Id;
        }

        var options = new RefundCreateOptions { Charge = charge, Amount = 700 };
        return (await sandbox.Admin.V1.Refunds.CreateAsync(options, new RequestOptions { IdempotencyKey = "refund-1" })).Id;
    }
}
