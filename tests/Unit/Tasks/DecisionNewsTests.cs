using BillingCopilot.Billing;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class DecisionNewsTests
{
    /// <summary>More rejections than one look covers, none of them told by the process that took them.</summary>
    [Fact]
    public async Task CatchUp_AfterAStart_TellsEveryRejection()
    {
        using var bench = await Bench.StartAsync();
        await using var db = bench.Open();
        db.Conversations.Add(new ConversationRow { TenantId = Bench.Tenant.Id, Id = "conv_1", Person = "sam", CreatedAt = bench.Time.GetUtcNow(), UpdatedAt = bench.Time.GetUtcNow() });
        await db.SaveChangesAsync();
        for (var step = 1; step <= 101; step++)
        {
            var proposal = await bench.ProposeAsync(r => r with { Step = step });
            Bench.Ok(await bench.Desk.RejectAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), proposal.Hash, "api", $"No {step}", default)).Status.ShouldBe(ProposalStatus.Rejected);
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var news = NewsOf(bench);
        await news.CatchUpAsync(Bench.Tenant, default);
        await news.CatchUpAsync(Bench.Tenant, default);

        var told = await db.Messages.AsNoTracking().Select(m => m.Content).ToListAsync();
        told.Count.ShouldBe(101);
        told.ShouldContain(m => m.Contains("No 1\u00bb", StringComparison.Ordinal) || m.Contains("No 1\\u00BB", StringComparison.Ordinal));
    }

    /// <summary>What was taken out of a conversation does not come back as news.</summary>
    [Fact]
    public async Task CatchUp_OfAConversationThatWasErased_SaysNothing()
    {
        using var bench = await Bench.StartAsync();
        await using var db = bench.Open();
        db.Conversations.Add(new ConversationRow { TenantId = Bench.Tenant.Id, Id = "conv_1", Person = "sam", CreatedAt = bench.Time.GetUtcNow(), UpdatedAt = bench.Time.GetUtcNow() });
        await db.SaveChangesAsync();
        var proposal = await bench.ProposeAsync();
        Bench.Ok(await bench.Desk.RejectAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), proposal.Hash, "api", "Not owed.", default));
        (await bench.Node.GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, proposal.Customer.Id, bench.Person("ada"), default)).ShouldBeOfType<Outcome<Erasure>.Ok>();

        await NewsOf(bench).CatchUpAsync(Bench.Tenant, default);

        (await db.Messages.CountAsync()).ShouldBe(0);
    }

    private static DecisionNews NewsOf(Bench bench) =>
        new(bench.Node.GetRequiredService<CopilotDbFactory>(), bench.Node.GetRequiredService<BusinessClock>(), bench.Node.GetRequiredService<PeopleDirectory>(), bench.Book);
}
