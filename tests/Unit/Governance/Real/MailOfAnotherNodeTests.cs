using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>Two nodes with an outbox each: what one wrote, the other can't see, and must not write again.</summary>
public sealed class MailOfAnotherNodeTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private readonly RealBench _bench = shared.Bench;

    [Theory]
    [InlineData("send_dunning_email")]
    [InlineData("send_invoice_summary")]
    public async Task Recover_MailWrittenByANodeThatDied_IsKnownAndMarked(string name)
    {
        var proposal = await DiedAsync(name, mailed: true);

        (await TakenUpByAnotherAsync(proposal)).Status.ShouldBe(ProposalStatus.Executed);

        (_bench.Mailed(proposal), Directory.Exists(_bench.Folder("other"))).ShouldBe((true, false));
        (await _bench.Sandbox.Admin.V1.Invoices.GetAsync(proposal.Target.Id)).Metadata["copilot_proposal"].ShouldBe(proposal.Id);
    }

    /// <summary>The one moment that leaves a doubt: written down that the mail is about to appear, and then nothing more.</summary>
    [Fact]
    public async Task Recover_MailAboutToBeWrittenElsewhere_AsksAPerson()
    {
        var proposal = await DiedAsync("send_dunning_email", mailed: false);
        await using (var db = _bench.Node.GetRequiredService<CopilotDbFactory>().Open(RealBench.Tenant))
        {
            db.Mails.Add(new MailRow { TenantId = RealBench.Tenant.Id, ProposalId = proposal.Id, Outbox = "node-1:/var/outbox" });
            await db.SaveChangesAsync();
        }

        var view = await TakenUpByAnotherAsync(proposal);

        view.Status.ShouldBe(ProposalStatus.NeedsReconcile);
        view.ResultText!.ShouldContain($"{proposal.Id}.eml is in the outbox node-1:/var/outbox");
        Directory.Exists(_bench.Folder("other")).ShouldBeFalse();
    }

    /// <summary>A stop right before the mail appears takes back that it was about to: nothing is in doubt.</summary>
    [Fact]
    public async Task Execute_HeldBack_LeavesNoTraceOfAMail()
    {
        var proposal = await ApprovedAsync("send_dunning_email");
        _bench.Crash.AtOpening = () => RealBench.StopAsync(_bench, "send_dunning_email", stop: true);

        var view = await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);

        _bench.Crash.AtOpening = null;
        await RealBench.StopAsync(_bench, "send_dunning_email", stop: false);
        view.Status.ShouldBe(ProposalStatus.Stale);
        await using var db = _bench.Node.GetRequiredService<CopilotDbFactory>().Open(RealBench.Tenant);
        (await db.Mails.AnyAsync(m => m.ProposalId == proposal.Id)).ShouldBeFalse();
    }

    private async Task<ProposalView> ApprovedAsync(string name) =>
        RealBench.Ok(await _bench.TryApproveAsync(await _bench.ProposeAsync(name, await RealOperation.All[name].MakeAsync(new Objects(_bench.Sandbox.Admin)))));

    private async Task<ProposalView> DiedAsync(string name, bool mailed)
    {
        _bench.AddNode();
        var proposal = await ApprovedAsync(name);
        await _bench.Crash.RunAsync(token => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, token), before: !mailed, after: mailed ? CrashingMail.Call : null);
        return proposal;
    }

    private async Task<ProposalView> TakenUpByAnotherAsync(ProposalView proposal)
    {
        _bench.Time.Advance(TimeSpan.FromSeconds(16));
        _bench.AddNode(_bench.Folder("other"));
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        return (await _bench.Book.FindAsync(RealBench.Tenant, proposal.Id, default))!;
    }
}
