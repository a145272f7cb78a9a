using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>One bench for the whole matrix: each case has objects of its own.</summary>
[TakesLong]
public sealed class MatrixBench : IAsyncLifetime
{
    internal RealBench Bench { get; private set; } = null!;

    public async Task InitializeAsync() => Bench = await RealBench.StartAsync();

    public async Task DisposeAsync() => await Bench.DisposeAsync();
}

/// <summary>
/// Every operation against everything that can happen to it, judged by the account's ledger and the outbox: exactly
/// one effect, none, or the question for a person, and never a second.
/// </summary>
public sealed class OperationMatrixTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private static readonly string[] Outcomes =
    [
        "approved", "rejected", "stale", "expired", "crash before call", "crash after call", "lost response", "replayed 500",
        "key older than 24 h, call not made", "key older than 24 h, call made",
    ];

    private static IReadOnlyDictionary<string, RealOperation> Operations => RealOperation.All;

    private readonly RealBench _bench = shared.Bench;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var operation in Operations.Keys)
            {
                foreach (var outcome in Outcomes)
                {
                    all.Add(operation, outcome);
                }
            }

            return all;
        }
    }

    [Fact]
    public void Matrix_CoversEveryOperation() =>
        Operations.Keys.ShouldBe(_bench.Node.GetRequiredService<OperationCatalog>().All.Select(o => o.Name), ignoreOrder: true);

    /// <summary>Everything that bears the proposal's mark says who approved it and by which prompt it came; what an operation marks bears it.</summary>
    private void Marks(ProposalView proposal, string name, int effects)
    {
        var account = _bench.Sandbox.Server.World.Account;
        var marks = account.Kinds.SelectMany(account.All).Select(o => o["metadata"] as JsonObject).OfType<JsonObject>()
            .Select(m => new[] { "copilot_", "copilot_undo_", "copilot_tax_id_" }.Where(p => (string?)m[p + "proposal"] == proposal.Id).Select(p => ((string?)m[p + "prompt"], (string?)m[p + "approved_by"])))
            .SelectMany(m => m).ToList();
        var prompt = RealOperation.All[name].ByHand ? ProposeRequest.ByHand : "support.v1";
        marks.ShouldAllBe(m => m.Item1 == prompt && m.Item2 == "ada");

        // A note is the CRM's, and names its proposal itself. Everything else leaves its mark in Stripe, whatever its descriptor says.
        var marked = name != "post_internal_note";
        (_bench.Node.GetRequiredService<OperationCatalog>().Find(name)!.Stamps is not null).ShouldBe(marked);
        if (effects > 0 && marked)
        {
            marks.ShouldNotBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Operation_Outcome_AtMostOneEffectAndNoneLost(string name, string outcome)
    {
        var operation = Operations[name];
        var arguments = await operation.MakeAsync(new Objects(_bench.Sandbox.Admin));
        await operation.Prepare(_bench.Sandbox.Admin, arguments);
        var proposal = await _bench.ProposeAsync(name, arguments, operation.Proposer);

        var view = await RunAsync(operation, arguments, proposal, outcome);

        var (status, effects) = outcome switch
        {
            "rejected" => (ProposalStatus.Rejected, 0),
            "stale" => (ProposalStatus.Stale, 0),
            "expired" => (ProposalStatus.Expired, 0),
            "key older than 24 h, call not made" => (ProposalStatus.NeedsReconcile, 0),
            _ => (ProposalStatus.Executed, 1),
        };
        view.Status.ShouldBe(status, view.ResultText);
        (await operation.EffectsAsync(_bench, proposal)).ShouldBe(effects);

        Marks(proposal, name, effects);

        // However often it is taken up again, nothing more happens.
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        (await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default)).Status.ShouldBe(status);
        (await operation.EffectsAsync(_bench, proposal)).ShouldBe(effects);
        if (status == ProposalStatus.NeedsReconcile)
        {
            view.ResultText!.ShouldContain(proposal.Id);
        }
    }

    [Theory]
    [InlineData("cancel_subscription_at_period_end")]
    [InlineData("write_invoice_summary")]
    public async Task Recover_MarkCoveredByALaterWrite_AsksAPerson(string name)
    {
        var arguments = await Operations[name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var proposal = await ApprovedAsync(name, arguments);
        await _bench.Crash.RunAsync(token => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, token), before: false, after: Operations[name].Path);
        var later = new Dictionary<string, string> { ["copilot_proposal"] = "prop_later" };
        await (name == "write_invoice_summary"
            ? (Task)_bench.Sandbox.Admin.V1.Invoices.UpdateAsync((string)arguments["invoice"]!, new InvoiceUpdateOptions { Metadata = later })
            : _bench.Sandbox.Admin.V1.Subscriptions.UpdateAsync((string)arguments["subscription"]!, new SubscriptionUpdateOptions { Metadata = later }));

        _bench.Time.Advance(TimeSpan.FromHours(24));
        _bench.AddNode();
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);

        var view = (await _bench.Book.FindAsync(RealBench.Tenant, proposal.Id, default))!;
        view.Status.ShouldBe(ProposalStatus.NeedsReconcile);
        view.ResultText!.ShouldContain("prop_later");
        (await Operations[name].EffectsAsync(_bench, proposal)).ShouldBe(1);
    }

    [Fact]
    public async Task Execute_TwoProposalsOnOneChargeAtOnce_OneEffect()
    {
        var objects = new Objects(_bench.Sandbox.Admin);
        var charge = await objects.ChargeOfAsync(await objects.PaidInvoiceAsync(3000));
        var first = await ApprovedAsync("issue_refund", Objects.Refund(charge, 2000));
        var second = await ApprovedAsync("issue_refund", Objects.Refund(charge, 2000));
        var nodes = new[] { _bench.Node, _bench.AddNode() };

        var both = Task.WhenAll(
            Task.Run(() => nodes[0].GetRequiredService<ProposalExecutor>().ExecuteAsync(RealBench.Tenant, first.Id, default)),
            Task.Run(() => nodes[1].GetRequiredService<ProposalExecutor>().ExecuteAsync(RealBench.Tenant, second.Id, default)));
        while (!both.IsCompleted)
        {
            // The second waits for the customer's lease, in the bench's time.
            _bench.Time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.WhenAny(both, Task.Delay(5));
        }

        var ended = await both;
        ended.Select(e => e.Status).ShouldBe([ProposalStatus.Executed, ProposalStatus.Stale], ignoreOrder: true);
        (await _bench.Sandbox.Admin.V1.Charges.GetAsync(charge.Id)).AmountRefunded.ShouldBe(2000);
    }

    private async Task<ProposalView> RunAsync(RealOperation operation, JsonObject arguments, ProposalView proposal, string outcome)
    {
        switch (outcome)
        {
            case "rejected":
                await _bench.Node.GetRequiredService<DecisionDesk>().RejectAsync(RealBench.Tenant, proposal.Id, _bench.Person("ada"), proposal.Hash, "api", "No.", default);
                return await ExecuteAsync(proposal);
            case "expired":
                _bench.Time.Advance(_bench.Node.GetRequiredService<PolicyBook>().For(proposal.Operation).Expiry + TimeSpan.FromHours(1));
                (await _bench.TryApproveAsync(proposal)).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("expired");
                return await ExecuteAsync(proposal);
        }

        RealBench.Ok(await _bench.TryApproveAsync(proposal)).Status.ShouldBe(ProposalStatus.Approved);
        switch (outcome)
        {
            case "stale":
                await operation.MoveAsync(_bench.Sandbox.Admin, arguments);
                return await ExecuteAsync(proposal);
            case "lost response" or "replayed 500" when operation.Call.Length == 0:
                // No key is kept there, so no 500 could be replayed: the answer is lost either way.
                _bench.Crash.Loses = operation.Path;
                var found = await ExecuteAsync(proposal);
                _bench.Crash.Loses.ShouldBeNull("it was lost");
                return found;
            case "lost response" or "replayed 500":
                await _bench.Sandbox.ControlAsync("faults", new { match = operation.Call, kind = outcome == "lost response" ? "cut_after" : "500_after", times = 1 });
                return await ExecuteAsync(proposal);
            case "approved":
                return await ExecuteAsync(proposal);
            default:
                var made = outcome is "crash after call" or "key older than 24 h, call made";
                await _bench.Crash.RunAsync(token => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, token), before: !made, after: made ? operation.Path : null);
                _bench.Time.Advance(outcome.StartsWith("key", StringComparison.Ordinal) ? TimeSpan.FromHours(24) : TimeSpan.FromSeconds(16));
                _bench.AddNode();
                await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
                return (await _bench.Book.FindAsync(RealBench.Tenant, proposal.Id, default))!;
        }
    }

    private Task<ProposalView> ExecuteAsync(ProposalView proposal) => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);

    private async Task<ProposalView> ApprovedAsync(string operation, JsonObject arguments) =>
        RealBench.Ok(await _bench.TryApproveAsync(await _bench.ProposeAsync(operation, arguments, Operations[operation].Proposer)));
}
