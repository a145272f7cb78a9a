using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>What holds an operation back between the guards and the request: a stop, a moved state, doubt.</summary>
[TakesLong]
public sealed class OperationSafetyTests(MatrixBench shared) : IClassFixture<MatrixBench>
{
    private static IReadOnlyDictionary<string, RealOperation> Operations => RealOperation.All;

    private readonly RealBench _bench = shared.Bench;

    public static TheoryData<string> Names => [.. Operations.Keys];

    /// <summary>After the guards were asked, and after every read of the operation's own, a stop still holds it back.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stop_AfterTheOperationsOwnReads_HoldsItBack(string name)
    {
        var operation = Operations[name];
        var arguments = await operation.MakeAsync(new Objects(_bench.Sandbox.Admin));
        await operation.Prepare(_bench.Sandbox.Admin, arguments);
        var proposal = await ApprovedAsync(name, arguments);
        _bench.Crash.AtOpening = () => RealBench.StopAsync(_bench, name, stop: true);

        var view = await ExecuteAsync(proposal);

        _bench.Crash.AtOpening = null;
        await RealBench.StopAsync(_bench, name, stop: false);
        view.Status.ShouldBe(ProposalStatus.Stale, view.ResultText);
        view.ResultText!.ShouldContain("was stopped by ada");
        (await operation.EffectsAsync(_bench, proposal)).ShouldBe(0);
        System.IO.File.Exists(Path.Combine(_bench.Outbox, proposal.Id + ".eml.part")).ShouldBeFalse("it may hold a link that works");
    }

    /// <summary>What the far side's SDK would repeat by itself is held back too; what left before is a question.</summary>
    [Fact]
    public async Task Stop_BetweenTheSdksOwnRepetitions_HoldsTheNextBack()
    {
        const string Name = "give_courtesy_credit";
        var proposal = await ApprovedAsync(Name, await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin)));
        var sent = 0;
        _bench.Crash.OnTheWire = async () =>
        {
            sent++;
            await RealBench.StopAsync(_bench, Name, stop: true);
            throw new HttpRequestException("cut");
        };

        var view = await ExecuteAsync(proposal);

        _bench.Crash.OnTheWire = null;
        await RealBench.StopAsync(_bench, Name, stop: false);
        (view.Status, sent).ShouldBe((ProposalStatus.NeedsReconcile, 1));
    }

    /// <summary>
    /// The answer to an end at once is lost, the SDK's repetition is told that there is nothing to end, and the
    /// subscription can't be read: that it happened must not look like a refusal.
    /// </summary>
    [Fact]
    public async Task CancelNow_AnswerLostAndUnreadableForAWhile_IsFoundOut()
    {
        const string Name = "cancel_subscription_now";
        var proposal = await ApprovedAsync(Name, await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin)));
        await _bench.Sandbox.ControlAsync("faults", new { match = Operations[Name].Call, kind = "cut_after", times = 1 });
        var faulty = false;
        _bench.Crash.OnTheWire = async () =>
        {
            if (!faulty)
            {
                faulty = true;
                await _bench.Sandbox.ControlAsync("faults", new { match = "GET /v1/subscriptions/*", kind = "500_before", times = 3 });
            }
        };

        var view = await ExecuteAsync(proposal);

        _bench.Crash.OnTheWire = null;
        view.Status.ShouldBe(ProposalStatus.Executed, view.ResultText);
        (await Operations[Name].EffectsAsync(_bench, proposal)).ShouldBe(1);
    }

    /// <summary>The state that is read right before sending counts, however rightly the guards let it pass before.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Execute_NotWhatWasApproved_IsRefusedRightBeforeSending(string name)
    {
        var operation = Operations[name];
        var arguments = await operation.MakeAsync(new Objects(_bench.Sandbox.Admin));
        await operation.Prepare(_bench.Sandbox.Admin, arguments);
        var proposal = await _bench.ProposeAsync(name, arguments, operation.Proposer);
        var invoker = _bench.Node.GetRequiredService<OperationInvokers>().Get(name);
        var preview = (await invoker.PreviewAsync(proposal.Arguments, RealBench.Tenant, default)).ShouldBeOfType<Outcome<OperationPreview>.Ok>().Value;
        var approved = new Dictionary<string, string>(preview.Declared) { [preview.Declared.Keys.Order().First()] = "as it was" };
        var grant = new WriteGrant(RealBench.Tenant, proposal.Id, name, Run.KeyOf(RealBench.Tenant, proposal.Id), "ada", "support.v1", approved).For(_ => Task.FromResult<Refusal?>(null));

        var result = await invoker.ExecuteAsync(preview.Arguments, RealBench.Tenant, grant, _bench.Node.GetRequiredService<IWriteClients>(), default);

        result.ShouldBeOfType<ExecutionResult.Failed>().Refusal.Code.ShouldBe("state_moved");
        (await operation.EffectsAsync(_bench, proposal)).ShouldBe(0);
    }

    /// <summary>The effect is there and its mark is not: the next round makes up for it, and does nothing else.</summary>
    [Theory]
    [InlineData("send_dunning_email", "POST /v1/invoices/*")]
    [InlineData("send_portal_link", "POST /v1/customers/*")]
    [InlineData("cancel_subscription_now", "POST /v1/subscriptions/*")]
    [InlineData("remove_tax_id", "POST /v1/customers/*")]
    public async Task Recover_EffectWithoutItsMark_IsMarkedLater(string name, string mark)
    {
        var proposal = await ApprovedAsync(name, await Operations[name].MakeAsync(new Objects(_bench.Sandbox.Admin)));
        await _bench.Sandbox.ControlAsync("faults", new { match = mark, kind = "429", times = 2 });

        var view = await ExecuteAsync(proposal);
        (view.Status, view.ResultText!.EndsWith("could not be marked.", StringComparison.Ordinal)).ShouldBe((ProposalStatus.Executed, true), view.ResultText);
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        (await MarkOfAsync(proposal)).ShouldBeNull("the second try failed as well");
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);

        (await MarkOfAsync(proposal)).ShouldBe(proposal.Id);
        (await Operations[name].EffectsAsync(_bench, proposal)).ShouldBe(1);
        (await _bench.Node.GetRequiredService<AuditLog>().ReadAboutAsync(RealBench.Tenant, proposal.Id, default)).Count(e => e.Kind == "execution.finished").ShouldBe(1);
    }

    /// <summary>The credit and the end at the period's end come in one call: when the end at once fails, nothing is half done.</summary>
    [Fact]
    public async Task CancelProrated_EndAtOnceFails_IsCreditedOnceSetToEndAndEndedLater()
    {
        const string Name = "cancel_subscription_prorated";
        var arguments = await Operations[Name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var proposal = await ApprovedAsync(Name, arguments);
        await _bench.Sandbox.ControlAsync("faults", new { match = "DELETE /v1/subscriptions/*", kind = "429", times = 2 });

        var view = await ExecuteAsync(proposal);
        var half = await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!);
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);

        (view.Status, view.ResultText!.Contains("set to end by itself", StringComparison.Ordinal)).ShouldBe((ProposalStatus.Executed, true), view.ResultText);
        (half.Status, half.CancelAtPeriodEnd, half.Items.Data.Sum(i => i.Quantity)).ShouldBe(("active", true, 0));
        (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync(half.Id)).Status.ShouldBe("canceled");
        var credit = (await _bench.Sandbox.Admin.V1.Invoices.ListAsync(new InvoiceListOptions { Subscription = half.Id })).Data.Where(i => i.Total < 0).ShouldHaveSingleItem();
        (await _bench.Sandbox.Admin.V1.Customers.GetAsync(half.CustomerId)).Balance.ShouldBe(credit.Total);
        (-credit.Total, credit.Currency).ShouldBe((proposal.Amount!.Value.AmountMinor, proposal.Amount.Value.Currency));
        (await Operations[Name].EffectsAsync(_bench, proposal)).ShouldBe(1);
    }

    private async Task<string?> MarkOfAsync(ProposalView proposal) => (proposal.Target.Kind switch
    {
        ObjectKind.Invoice => (await _bench.Sandbox.Admin.V1.Invoices.GetAsync(proposal.Target.Id)).Metadata,
        ObjectKind.Customer => (await _bench.Sandbox.Admin.V1.Customers.GetAsync(proposal.Target.Id)).Metadata,
        _ => (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync(proposal.Target.Id)).Metadata,
    }).GetValueOrDefault(proposal.Operation.EndsWith("tax_id", StringComparison.Ordinal) ? "copilot_tax_id_proposal" : "copilot_proposal");

    [Theory]
    [InlineData("of it", "items_unbilled")]
    [InlineData("of none", "items_unbilled")]
    [InlineData("of another", null)]
    public async Task CancelNow_WithItemsThatOnlyItsNextInvoiceWouldBill_IsRefused(string whose, string? code)
    {
        var objects = new Objects(_bench.Sandbox.Admin);
        var subscription = await objects.SubscriptionAsync(3000, 2);
        await _bench.Sandbox.Admin.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions
        {
            Customer = subscription.CustomerId, Amount = 500, Currency = "usd", Description = "Upgrade", Subscription = whose switch
            {
                "of it" => subscription.Id,
                "of none" => null,
                _ => (await objects.SubscriptionAsync(1000, 1)).Id,
            },
        });

        var outcome = await _bench.TryProposeAsync("cancel_subscription_now", new JsonObject { ["subscription"] = subscription.Id });

        (outcome as Outcome<ProposalView>.Refused)?.Refusal.Code.ShouldBe(code);
        (outcome is Outcome<ProposalView>.Ok).ShouldBe(code is null);
    }

    private Task<ProposalView> ExecuteAsync(ProposalView proposal) => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);

    private async Task<ProposalView> ApprovedAsync(string operation, JsonObject arguments) =>
        RealBench.Ok(await _bench.TryApproveAsync(await _bench.ProposeAsync(operation, arguments, Operations[operation].Proposer)));
}
