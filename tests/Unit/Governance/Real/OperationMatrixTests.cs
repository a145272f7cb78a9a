using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>One bench for the whole matrix: each case has objects of its own.</summary>
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

    private static readonly Dictionary<string, Operation> Operations = new()
    {
        ["issue_refund"] = new(
            async o => Objects.Refund(await o.ChargeOfAsync(await o.PaidInvoiceAsync(3000)), 1000),
            (stripe, a) => stripe.V1.Refunds.CreateAsync(new RefundCreateOptions { Charge = (string)a["charge"]!, Amount = 100 }),
            "/v1/refunds", "POST /v1/refunds", "refund.created"),
        ["issue_credit_note"] = new(
            async o => Objects.Credit(await o.OpenInvoiceAsync(3000), 1000),
            (stripe, a) => stripe.V1.Invoices.VoidInvoiceAsync((string)a["invoice"]!),
            "/v1/credit_notes", "POST /v1/credit_notes", "credit_note.created"),
        ["void_credit_note"] = new(
            async o => new JsonObject { ["credit_note"] = (await o.CreditNoteAsync(await o.OpenInvoiceAsync(3000), 1000)).Id },
            (stripe, a) => stripe.V1.CreditNotes.VoidCreditNoteAsync((string)a["credit_note"]!),
            "/void", "POST /v1/credit_notes/*/void", "credit_note.voided"),
        ["cancel_subscription_at_period_end"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.CancelAsync((string)a["subscription"]!),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated"),
        ["reactivate_subscription"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.CancelAsync((string)a["subscription"]!),
            "/v1/subscriptions/", "POST /v1/subscriptions/*", "subscription.updated")
        {
            Prepare = (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
        },
        ["cancel_subscription_now"] = new(
            async o => new JsonObject { ["subscription"] = (await o.SubscriptionAsync(3000, 2)).Id },
            (stripe, a) => stripe.V1.Subscriptions.UpdateAsync((string)a["subscription"]!, new SubscriptionUpdateOptions { CancelAtPeriodEnd = true }),
            "/v1/subscriptions/", "DELETE /v1/subscriptions/*", "subscription.canceled"),
        ["give_courtesy_credit"] = new(
            async o => Objects.Courtesy(await o.CustomerAsync(), 1000),
            (stripe, a) => stripe.V1.Customers.BalanceTransactions.CreateAsync((string)a["customer"]!, new CustomerBalanceTransactionCreateOptions { Amount = -500, Currency = "usd" }),
            "/balance_transactions", "POST /v1/customers/*/balance_transactions", "customer_balance_transaction.created"),
        ["submit_dispute_evidence"] = new(
            async o => new JsonObject { ["charge"] = (await o.DisputedChargeAsync(3000)).Id },
            async (stripe, a) => await stripe.V1.Disputes.UpdateAsync((await new Objects(stripe).DisputeOfAsync((string)a["charge"]!)).Id, new DisputeUpdateOptions { Evidence = new() { CustomerName = "Somebody else" }, Submit = false }),
            "/v1/disputes/", "POST /v1/disputes/*", "dispute.updated"),
        ["accept_dispute"] = new(
            async o => new JsonObject { ["charge"] = (await o.DisputedChargeAsync(3000)).Id },
            async (stripe, a) => await stripe.V1.Disputes.UpdateAsync((await new Objects(stripe).DisputeOfAsync((string)a["charge"]!)).Id, new DisputeUpdateOptions { Evidence = new() { CustomerName = "Somebody else" }, Submit = false }),
            "/close", "POST /v1/disputes/*/close", "dispute.closed"),
        ["write_invoice_summary"] = new(
            async o => new JsonObject { ["invoice"] = (await o.DraftInvoiceAsync(3000)).Id, ["place"] = "memo" },
            (stripe, a) => stripe.V1.Invoices.UpdateAsync((string)a["invoice"]!, new InvoiceUpdateOptions { Description = "Somebody's own words" }),
            "/v1/invoices/", "POST /v1/invoices/*", "invoice.updated"),
        ["send_invoice_summary"] = new(
            async o => new JsonObject { ["invoice"] = (await o.PaidInvoiceAsync(3000)).Id, ["pdf"] = true },
            async (stripe, a) => await stripe.V1.Customers.UpdateAsync((await stripe.V1.Invoices.GetAsync((string)a["invoice"]!)).CustomerId, new CustomerUpdateOptions { Email = "other@moved.example" }),
            "/v1/invoices/", "POST /v1/invoices/*", null),
        ["post_internal_note"] = new(
            async o => new JsonObject { ["customer"] = (await o.PaidInvoiceAsync(3000)).CustomerId, ["note"] = "Called back; they will pay on Friday." },
            (stripe, a) => stripe.V1.Customers.UpdateAsync((string)a["customer"]!, new CustomerUpdateOptions { Name = "Renamed" }),
            CrashingCrm.Call, "POST /nothing", null)
        {
            CountAsync = (bench, p) => bench.NotesOfAsync(p),
        },
        ["send_dunning_email"] = new(
            async o => new JsonObject { ["invoice"] = (await o.FailedInvoiceAsync(3000)).Id },
            (stripe, a) => stripe.V1.Invoices.PayAsync((string)a["invoice"]!, new InvoicePayOptions { PaidOutOfBand = true }),
            "/v1/invoices/", "POST /v1/invoices/*", null),
    };

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

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Operation_Outcome_AtMostOneEffectAndNoneLost(string name, string outcome)
    {
        var operation = Operations[name];
        var arguments = await operation.MakeAsync(new Objects(_bench.Sandbox.Admin));
        await operation.Prepare(_bench.Sandbox.Admin, arguments);
        var proposal = await _bench.ProposeAsync(name, arguments);

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
        (await CountAsync(operation, proposal)).ShouldBe(effects);

        // However often it is taken up again, nothing more happens.
        await _bench.Executor.RecoverAsync(RealBench.Tenant, default);
        (await _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default)).Status.ShouldBe(status);
        (await CountAsync(operation, proposal)).ShouldBe(effects);
        if (status == ProposalStatus.NeedsReconcile)
        {
            view.ResultText!.ShouldContain(proposal.Id);
        }
    }

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
        _bench.Crash.AtOpening = () => SwitchAsync(name, stop: true);

        var view = await ExecuteAsync(proposal);

        _bench.Crash.AtOpening = null;
        await SwitchAsync(name, stop: false);
        view.Status.ShouldBe(ProposalStatus.Stale, view.ResultText);
        view.ResultText!.ShouldContain("was stopped by ada");
        (await CountAsync(operation, proposal)).ShouldBe(0);
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
            await SwitchAsync(Name, stop: true);
            throw new HttpRequestException("cut");
        };

        var view = await ExecuteAsync(proposal);

        _bench.Crash.OnTheWire = null;
        await SwitchAsync(Name, stop: false);
        (view.Status, sent).ShouldBe((ProposalStatus.NeedsReconcile, 1));
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
        (await CountAsync(Operations[name], proposal)).ShouldBe(1);
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

    [Theory]
    [InlineData("issue_credit_note", "void_credit_note")]
    [InlineData("cancel_subscription_at_period_end", "reactivate_subscription")]
    public async Task Undo_Executed_PutsThingsBack(string name, string undoing)
    {
        var arguments = await Operations[name].MakeAsync(new Objects(_bench.Sandbox.Admin));
        var done = await _bench.DoneAsync(name, arguments);

        var undo = RealBench.Ok(await _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("sam"), null, default));

        (undo.Operation, undo.Undoes, undo.Status).ShouldBe((undoing, done.Id, ProposalStatus.Pending));
        RealBench.Ok(await _bench.TryApproveAsync(undo));
        (await _bench.Executor.ExecuteAsync(RealBench.Tenant, undo.Id, default)).Status.ShouldBe(ProposalStatus.Executed);
        undo.Changes[0].After.ShouldBe(done.Changes[0].Before);
        if (name == "issue_credit_note")
        {
            (await _bench.Sandbox.Admin.V1.Invoices.GetAsync((string)arguments["invoice"]!)).AmountRemaining.ShouldBe(3000);
            var note = await _bench.Sandbox.Admin.V1.CreditNotes.GetAsync(done.ResultObjectId);
            (note.Metadata["copilot_proposal"], note.Metadata["copilot_undo_proposal"]).ShouldBe((done.Id, undo.Id));
        }
        else
        {
            (await _bench.Sandbox.Admin.V1.Subscriptions.GetAsync((string)arguments["subscription"]!)).CancelAtPeriodEnd.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Undo_TooLate_IsRefused()
    {
        var invoice = await new Objects(_bench.Sandbox.Admin).OpenInvoiceAsync(3000);
        var done = await _bench.DoneAsync("issue_credit_note", Objects.Credit(invoice, 1000));
        await _bench.Sandbox.Admin.V1.Invoices.PayAsync(invoice.Id);

        var undo = await _bench.Node.GetRequiredService<ProposalEditor>().UndoAsync(RealBench.Tenant, done.Id, _bench.Person("sam"), null, default);

        undo.ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal.Code.ShouldBe("invoice_not_open");
    }

    private async Task<ProposalView> RunAsync(Operation operation, JsonObject arguments, ProposalView proposal, string outcome)
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

    private async Task SwitchAsync(string name, bool stop) =>
        (await _bench.Node.GetRequiredService<KillSwitches>().SetAsync(RealBench.Tenant, name, stop, _bench.Person("ada"), null, default)).ShouldBeOfType<Outcome<KillSwitchView>.Ok>();

    private Task<ProposalView> ExecuteAsync(ProposalView proposal) => _bench.Executor.ExecuteAsync(RealBench.Tenant, proposal.Id, default);

    private async Task<ProposalView> ApprovedAsync(string operation, JsonObject arguments) =>
        RealBench.Ok(await _bench.TryApproveAsync(await _bench.ProposeAsync(operation, arguments)));

    private async Task<int> CountAsync(Operation operation, ProposalView proposal) => operation.CountAsync is { } count ? await count(_bench, proposal)
        : operation.Effect is { } effect
        ? (await _bench.EffectsAsync(proposal)).Count(e => e.EndsWith(effect, StringComparison.Ordinal))
        : _bench.Mailed(proposal) ? 1 : 0;

    /// <param name="MoveAsync">Changes what the approval rests on, from outside.</param>
    /// <param name="Path">Part of the path of the call that has the effect.</param>
    /// <param name="Call">The same, as the sandbox's faults match it.</param>
    /// <param name="Effect">Its name in the ledger; null for a mail.</param>
    private sealed record Operation(Func<Objects, Task<JsonObject>> MakeAsync, Func<StripeClient, JsonObject, Task> MoveAsync, string Path, string Call, string? Effect)
    {
        /// <summary>Counts the effects of a proposal that are neither in the ledger nor a mail.</summary>
        public Func<RealBench, ProposalView, Task<int>>? CountAsync { get; init; }

        public Func<StripeClient, JsonObject, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;
    }
}
