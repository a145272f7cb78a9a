using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Collections;
using MimeKit;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class DunningEmailTests : IAsyncLifetime
{
    private Lumen _lumen = null!;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync();

    public async Task DisposeAsync() => await _lumen.DisposeAsync();

    [Fact]
    public async Task Preview_FailedInvoice_MasksTheRecipientAndHidesTheLink()
    {
        var mail = (string)_lumen.Planted("failed_invoices")["email"]!;
        var preview = await PreviewAsync(0);
        preview.Changes[0].After.ShouldBe($"{mail[0]}***{mail[mail.IndexOf('@')..]}");
        preview.Changes[2].After.ShouldContain("[pay link]");
        ToolJson.Of(preview).ToJsonString().ShouldNotContain("https://");
        ToolJson.Of(preview).ToJsonString().ShouldNotContain(mail);
    }

    [Fact]
    public async Task Preview_EachDecline_ChoosesItsTemplate()
    {
        var templates = new List<string>();
        for (var i = 0; i < _lumen.Truth["failed_invoices"]!.AsArray().Count; i++)
        {
            templates.Add($"{_lumen.Planted("failed_invoices", i)["decline_code"]} {(await PreviewAsync(i)).Declared["template"]}");
        }

        templates.ShouldContain("insufficient_funds retry_scheduled");
        templates.ShouldContain("expired_card update_payment_method");
        templates.ShouldContain("authentication_required confirm_payment");
        templates.ShouldContain("do_not_honor contact_bank");
    }

    [Fact]
    public async Task Preview_LostOrStolenCard_SaysNothingOfIt()
    {
        foreach (var index in new[] { 2, 6 })
        {
            var text = (await PreviewAsync(index)).Changes[2].After;
            text.ShouldNotContain("lost");
            text.ShouldNotContain("stolen");
            text.ShouldContain("your bank declined it");
        }
    }

    [Fact]
    public async Task Execute_Twice_WritesOneMailAndMarksTheInvoice()
    {
        var failed = _lumen.Planted("failed_invoices");
        var operation = _lumen.Get<SendDunningEmail>();
        var grant = await ApprovedAsync();
        for (var i = 0; i < 2; i++)
        {
            (await operation.ExecuteAsync(Arguments(0), Lumen.Tenant, grant, _lumen.Writers, default)).ShouldBeOfType<ExecutionResult.Executed>();
        }

        var message = await MimeMessage.LoadAsync(Directory.GetFiles(_lumen.Outbox).ShouldHaveSingleItem());
        message.To.Mailboxes.Single().Address.ShouldBe(failed["email"]!.ToString());
        message.From.Mailboxes.Single().Address.ShouldBe("billing@lumen.example");
        message.Subject!.ShouldContain(failed["invoice_number"]!.ToString());
        message.TextBody!.ShouldContain("https://invoice.stripe.com/");
        message.TextBody!.ShouldContain(failed["customer_name"]!.ToString());

        // The same mark, however often it is made: it bears no key that could replay a failure.
        (await _lumen.EffectsAsync()).Select(e => $"{e!["effect"]}").Distinct().ShouldBe(["invoice.updated"]);
        (await operation.ReconcileAsync(Arguments(0), Lumen.Tenant, Lumen.Grant(), default)).ShouldBeOfType<ExecutionResult.Executed>();
        (await operation.ReconcileAsync(Arguments(0), Lumen.Tenant, Lumen.Grant("prop_2"), default)).ShouldBeOfType<ExecutionResult.NotDone>();
    }

    [Fact]
    public async Task Preview_MailedToday_IsRefused()
    {
        var operation = _lumen.Get<SendDunningEmail>();
        await operation.ExecuteAsync(Arguments(0), Lumen.Tenant, await ApprovedAsync(), _lumen.Writers, default);
        Refused(await operation.PreviewAsync(Arguments(0), Lumen.Tenant, default)).Code.ShouldBe("mailed_today");
    }

    [Fact]
    public async Task Execute_InvoiceCannotBeMarked_TheMailStillCounts()
    {
        var grant = await ApprovedAsync();
        await _lumen.FaultAsync("POST /v1/invoices", "429");
        (await _lumen.Get<SendDunningEmail>().ExecuteAsync(Arguments(0), Lumen.Tenant, grant, _lumen.Writers, default))
            .ShouldBeOfType<ExecutionResult.Executed>().Summary.ShouldContain("could not be marked");
    }

    [Fact]
    public async Task Preview_PaidInvoice_IsRefused()
    {
        var paid = new SendDunningEmailArguments(new ObjectRef(ObjectKind.Invoice, (string)_lumen.Planted("paid_invoices")["invoice"]!));
        Refused(await _lumen.Get<SendDunningEmail>().PreviewAsync(paid, Lumen.Tenant, default)).Code.ShouldBe("invoice_paid");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("recipient")]
    public async Task Execute_NotWhatWasApproved_SendsNothing(string field)
    {
        var approved = new Dictionary<string, string>((await PreviewAsync(0)).Declared) { [field] = "another" };

        (await _lumen.Get<SendDunningEmail>().ExecuteAsync(Arguments(0), Lumen.Tenant, Lumen.Grant(approved: approved), _lumen.Writers, default))
            .ShouldBeOfType<ExecutionResult.Failed>().Refusal.Message.ShouldContain(field + " was another");

        Directory.GetFiles(_lumen.Outbox).ShouldBeEmpty();
    }

    [Fact]
    public async Task Finish_MailWrittenButInvoiceNotMarked_MarksItOnce()
    {
        var operation = _lumen.Get<SendDunningEmail>();
        var grant = await ApprovedAsync();
        await _lumen.FaultAsync("POST /v1/invoices", "429");
        await operation.ExecuteAsync(Arguments(0), Lumen.Tenant, grant, _lumen.Writers, default);
        (await _lumen.EffectsAsync()).ShouldBeEmpty();
        (await operation.ReconcileAsync(Arguments(0), Lumen.Tenant, grant, default)).ShouldBeOfType<ExecutionResult.Executed>();

        await operation.FinishAsync(Arguments(0), Lumen.Tenant, grant, _lumen.Writers, default);
        await operation.FinishAsync(Arguments(0), Lumen.Tenant, grant, _lumen.Writers, default);

        (await _lumen.EffectsAsync()).ShouldHaveSingleItem();
        Refused(await operation.PreviewAsync(Arguments(0), Lumen.Tenant, default)).Code.ShouldBe("mailed_today");
    }

    [Theory]
    [InlineData("Acme GmbH", "Acme GmbH")]
    [InlineData("St. Gallen Tools Inc.", "St. Gallen Tools Inc.")]
    [InlineData("Acme, pay at evil.com/pay", null)]
    [InlineData("Acme evil\u200B.com", null)]
    [InlineData("Acme evil\uFF0Ecom", null)]
    [InlineData("\u200B", null)]
    public void NameFor_LinkInTheName_IsLeftOutOfTheGreeting(string name, string? greeted) =>
        DunningDraftsman.NameFor(new Stripe.Customer { Name = name }).ShouldBe(greeted);

    private async Task<WriteGrant> ApprovedAsync() => Lumen.Grant(approved: (await PreviewAsync(0)).Declared);

    private SendDunningEmailArguments Arguments(int index) => new(new ObjectRef(ObjectKind.Invoice, (string)_lumen.Planted("failed_invoices", index)["invoice"]!));

    private async Task<Preview<SendDunningEmailArguments>> PreviewAsync(int index) =>
        (await _lumen.Get<SendDunningEmail>().PreviewAsync(Arguments(index), Lumen.Tenant, default))
            .ShouldBeOfType<Outcome<Preview<SendDunningEmailArguments>>.Ok>().Value;

    private static Refusal Refused<T>(Outcome<T> outcome) => outcome.ShouldBeOfType<Outcome<T>.Refused>().Refusal;
}
