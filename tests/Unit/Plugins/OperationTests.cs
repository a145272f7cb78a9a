using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class OperationTests : IAsyncLifetime
{
    private Lumen _lumen = null!;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync();

    public async Task DisposeAsync() => await _lumen.DisposeAsync();

    [Fact]
    public async Task IssueRefund_NoAmount_PinsTheRemainderAndShowsFigures()
    {
        var twice = _lumen.Planted("double_charges");
        var preview = await RefundPreviewAsync(twice);
        preview.Arguments.Amount.ShouldBe(Amount(twice));
        preview.Changes[0].ShouldBe(PreviewChange.Of($"Refunded of {twice["amount_text"]}", Usd(0), Amount(twice)));
        preview.Declared["amount_refunded"].ShouldBe("0");
        preview.Customer.Id.ShouldBe(twice["customer"]!.ToString());
    }

    [Fact]
    public async Task IssueRefund_Executed_HasOneEffectHoweverOftenItRuns()
    {
        var (refund, arguments, grant) = await ReadyRefundAsync();
        var first = (await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        var again = (await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        again.ObjectId.ShouldBe(first.ObjectId);
        first.RequestId.ShouldNotBeNull().ShouldStartWith("req_");
        (await RefundEffectsAsync()).ShouldHaveSingleItem();
        (await refund.ReconcileAsync(arguments, Lumen.Tenant, grant, default)).ShouldBeOfType<ExecutionResult.Executed>().ObjectId.ShouldBe(first.ObjectId);
    }

    [Fact]
    public async Task IssueRefund_FaultAfterTheEffect_IsUnknownThenReconciled()
    {
        var (refund, arguments, grant) = await ReadyRefundAsync();
        await _lumen.FaultAsync("POST /v1/refunds", "500_after");
        (await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Unknown>().RequestId.ShouldNotBeNull().ShouldStartWith("req_");
        (await refund.ReconcileAsync(arguments, Lumen.Tenant, grant, default)).ShouldBeOfType<ExecutionResult.Executed>();
        (await RefundEffectsAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task IssueRefund_RateLimited_IsUnknownAndNotDone()
    {
        var (refund, arguments, grant) = await ReadyRefundAsync();
        await _lumen.FaultAsync("POST /v1/refunds", "429");
        (await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Unknown>();
        (await refund.ReconcileAsync(arguments, Lumen.Tenant, grant, default)).ShouldBeOfType<ExecutionResult.NotDone>();
    }

    [Fact]
    public async Task IssueRefund_AlreadyRefunded_IsRefused()
    {
        var (refund, arguments, grant) = await ReadyRefundAsync();
        await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default);
        Refused(await refund.PreviewAsync(arguments, Lumen.Tenant, default)).Code.ShouldBe("charge_already_refunded");
        (await refund.ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant("prop_2"), _lumen.Writers, default))
            .ShouldBeOfType<ExecutionResult.Failed>().Refusal.Code.ShouldBe("charge_already_refunded");
    }

    [Fact]
    public async Task IssueRefund_Executed_IsSaidInThePaymentHistory()
    {
        var (refund, arguments, grant) = await ReadyRefundAsync();
        await refund.ExecuteAsync(arguments, Lumen.Tenant, grant, _lumen.Writers, default);
        var history = await _lumen.CallAsync("get_payment_history", ("customer", (string)_lumen.Planted("double_charges")["customer"]!));
        var attempts = history["attempts"]!.AsArray().Select(a => a!.AsObject()).ToList();
        attempts.Single(a => (string?)a["charge"] == arguments.Charge.Id)["refunded"]!.ToString().ShouldBe(arguments.Amount.ToString());
        attempts.Where(a => (string?)a["charge"] != arguments.Charge.Id).ShouldAllBe(a => !a.ContainsKey("refunded"));
    }

    [Fact]
    public async Task IssueRefund_FailedCharge_IsRefused() =>
        Refused(await _lumen.Get<IssueRefund>().PreviewAsync(Refund(_lumen.Planted("failed_invoices")), Lumen.Tenant, default)).Code.ShouldBe("charge_not_succeeded");

    [Fact]
    public async Task IssueCreditNote_OpenInvoice_LowersWhatIsOwed()
    {
        var rise = Rise("open");
        var credit = Credit(rise, Usd(1000), null);
        var preview = await CreditPreviewAsync(credit);
        var total = Amount(rise, "total");
        preview.Changes[0].ShouldBe(PreviewChange.Of("Owed on the invoice", total, total - Usd(1000)));
        (await _lumen.Get<IssueCreditNote>().ExecuteAsync(credit, Lumen.Tenant, Lumen.Grant(approved: preview.Declared), _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        (await _lumen.CallAsync("get_invoice", ("invoice", credit.Invoice.Id)))["remaining"]!.ToString().ShouldBe((total - Usd(1000)).ToString());
    }

    [Theory]
    [InlineData(CreditDisposition.Refund, "Refunded to the payment method", "refunds")]
    [InlineData(CreditDisposition.CustomerBalance, "Customer's stored credit", "credit_balance")]
    public async Task IssueCreditNote_PaidInvoice_GoesWhereAsked(CreditDisposition where, string field, string _)
    {
        var credit = Credit(Rise("paid"), Usd(500), where);
        var preview = await CreditPreviewAsync(credit);
        preview.Changes[0].ShouldBe(PreviewChange.Of(field, Usd(0), Usd(500)));
        var operation = _lumen.Get<IssueCreditNote>();
        var done = (await operation.ExecuteAsync(credit, Lumen.Tenant, Lumen.Grant(approved: preview.Declared), _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        (await operation.ExecuteAsync(credit, Lumen.Tenant, Lumen.Grant(), _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>().ObjectId.ShouldBe(done.ObjectId);
        (await CreditPreviewAsync(credit)).Changes[0].Before.ShouldBe("$5.00");
    }

    [Fact]
    public async Task IssueCreditNote_CutAfterTheEffect_FindsItAgain()
    {
        var credit = Credit(Rise("paid"), Usd(500), CreditDisposition.Refund);
        var grant = Lumen.Grant(approved: (await CreditPreviewAsync(credit)).Declared);
        await _lumen.FaultAsync("POST /v1/credit_notes", "500_after");
        var operation = _lumen.Get<IssueCreditNote>();
        (await operation.ExecuteAsync(credit, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Unknown>();
        (await operation.ExecuteAsync(credit, Lumen.Tenant, Lumen.Grant(), _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        (await _lumen.EffectsAsync()).Count(e => e!.ToJsonString().Contains("POST /v1/credit_notes") || e!.ToJsonString().Contains("credit_note")).ShouldBe(1);
    }

    [Fact]
    public async Task IssueCreditNote_TooMuch_IsRefusedWithFigures()
    {
        var rise = Rise("paid");
        var total = Amount(rise, "total");
        Refused(await _lumen.Get<IssueCreditNote>().PreviewAsync(Credit(rise, total + Usd(1), CreditDisposition.Refund), Lumen.Tenant, default))
            .Message.ShouldStartWith($"The invoice total is {total}, of which {total} is left to credit");
    }

    [Fact]
    public async Task IssueCreditNote_AfterAFullRefund_GivesNothingTwice()
    {
        var paid = _lumen.Planted("paid_invoices");
        var refund = await RefundPreviewAsync(paid);
        (await _lumen.Get<IssueRefund>().ExecuteAsync(refund.Arguments, Lumen.Tenant, Lumen.Grant(approved: refund.Declared), _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        var credit = new IssueCreditNoteArguments(new ObjectRef(ObjectKind.Invoice, (string)paid["invoice"]!), Amount(paid), CreditReason.Duplicate, CreditDisposition.CustomerBalance);
        Refused(await _lumen.Get<IssueCreditNote>().PreviewAsync(credit, Lumen.Tenant, default)).Code.ShouldBe("nothing_to_credit");
    }

    [Fact]
    public async Task IssueRefund_AfterACreditToTheBalance_GivesNothingTwice()
    {
        var paid = _lumen.Planted("paid_invoices");
        var credit = new IssueCreditNoteArguments(new ObjectRef(ObjectKind.Invoice, (string)paid["invoice"]!), Amount(paid), CreditReason.Duplicate, CreditDisposition.CustomerBalance);
        var grant = Lumen.Grant(approved: (await CreditPreviewAsync(credit)).Declared);
        (await _lumen.Get<IssueCreditNote>().ExecuteAsync(credit, Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        Refused(await _lumen.Get<IssueRefund>().PreviewAsync(Refund(paid), Lumen.Tenant, default)).Code.ShouldBe("charge_already_refunded");
    }

    [Theory]
    [InlineData("see www.example.com")]
    [InlineData("pay at evil.com/pay")]
    [InlineData("pay at evil\u200B.com")]
    [InlineData("pay at evil\u3002com")]
    [InlineData("two\nlines")]
    [InlineData("turned\u202E round")]
    public async Task IssueCreditNote_MemoThatLeadsSomewhereOrHides_IsRefused(string memo) =>
        Refused(await _lumen.Get<IssueCreditNote>().PreviewAsync(Credit(Rise("open"), Usd(100), null) with { Memo = memo }, Lumen.Tenant, default))
            .Code.ShouldBe("invalid_memo");

    [Fact]
    public async Task IssueCreditNote_AnotherSplitThanApproved_IsRefused()
    {
        var credit = Credit(Rise("paid"), Usd(500), CreditDisposition.Refund);
        var balance = await CreditPreviewAsync(credit with { Disposition = CreditDisposition.CustomerBalance });

        var failed = (await _lumen.Get<IssueCreditNote>().ExecuteAsync(credit, Lumen.Tenant, Lumen.Grant(approved: balance.Declared), _lumen.Writers, default))
            .ShouldBeOfType<ExecutionResult.Failed>();

        failed.Refusal.Code.ShouldBe("state_moved");
        failed.Refusal.Message.ShouldContain("to_refund was 0 and is 500");
        (await _lumen.EffectsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void Refuse_NoWriteKey_NamesTheSetting()
    {
        _lumen.Writers.Refuse(Lumen.Tenant).ShouldBeNull();
        var connections = _lumen.Get<StripeConnections>();
        connections.Set(Lumen.Tenant.Id, new StripeConnection(connections.For(Lumen.Tenant).ApiBase, SandboxKeys.Read));

        _lumen.Writers.Refuse(Lumen.Tenant)!.Message.ShouldStartWith("Stripe:WriteKey is missing");
    }

    [Fact]
    public async Task Previews_Any_WriteNothing()
    {
        await RefundPreviewAsync(_lumen.Planted("double_charges"));
        await CreditPreviewAsync(Credit(Rise("paid"), Usd(500), CreditDisposition.Refund));
        (await _lumen.EffectsAsync()).ShouldBeEmpty();
    }

    private async Task<(IssueRefund Operation, IssueRefundArguments Arguments, WriteGrant Grant)> ReadyRefundAsync()
    {
        var preview = await RefundPreviewAsync(_lumen.Planted("double_charges"));
        return (_lumen.Get<IssueRefund>(), preview.Arguments, Lumen.Grant(approved: preview.Declared));
    }

    private async Task<Preview<IssueRefundArguments>> RefundPreviewAsync(JsonObject planted) =>
        (await _lumen.Get<IssueRefund>().PreviewAsync(Refund(planted), Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<IssueRefundArguments>>.Ok>().Value;

    private async Task<Preview<IssueCreditNoteArguments>> CreditPreviewAsync(IssueCreditNoteArguments credit) =>
        (await _lumen.Get<IssueCreditNote>().PreviewAsync(credit, Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<IssueCreditNoteArguments>>.Ok>().Value;

    private async Task<List<string>> RefundEffectsAsync() =>
        [.. (await _lumen.EffectsAsync()).Select(e => e!.ToJsonString()).Where(e => e.Contains("/v1/refunds"))];

    private static IssueRefundArguments Refund(JsonObject planted) =>
        new(new ObjectRef(ObjectKind.Charge, (string)planted["charge"]!), RefundReason.Duplicate);

    private static IssueCreditNoteArguments Credit(JsonObject rise, Money amount, CreditDisposition? where) =>
        new(new ObjectRef(ObjectKind.Invoice, (string)rise["invoice"]!), amount, CreditReason.ProductUnsatisfactory, where);

    private JsonObject Rise(string status) => _lumen.Truth["invoice_increases"]!.AsArray()
        .First(r => r!["status"]!.ToString() == status && r["currency"]!.ToString() == "usd")!.AsObject();

    private static Money Amount(JsonObject planted, string field = "amount") => new((long)planted[field]!, (string)planted["currency"]!);

    private static Money Usd(long minor) => new(minor, "usd");

    private static Refusal Refused<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Refused>().Refusal;
}
