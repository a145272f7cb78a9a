using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Sandbox;
using MimeKit;
using Shouldly;
using Stripe;
using Stripe.BillingPortal;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>What a link to the customer portal opens: what the card said, and nothing else.</summary>
public sealed class PortalLinkTests : IAsyncLifetime
{
    private Lumen _lumen = null!;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync();

    public Task DisposeAsync() => _lumen.DisposeAsync().AsTask();

    [Theory]
    [InlineData(null, null, "The whole portal: change the payment method; change address, email, phone, tax id; see invoices and pay them; end a subscription at the end of its period")]
    [InlineData(PortalForm.PaymentMethodUpdate, "payment_method_update", "Change the payment method, and nothing else")]
    [InlineData(PortalForm.CustomerUpdate, "customer_update", "Change address, email, phone, tax id, and nothing else")]
    public async Task Send_OpensWhatTheCardSays(PortalForm? form, string? flow, string opens)
    {
        var preview = await PreviewAsync(form);
        Shown(preview, "The link opens").ShouldBe(opens);

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        var session = (await SessionsAsync()).ShouldHaveSingleItem();
        (session.ConfigurationId, session.Flow?.Type, session.Flow?.AfterCompletion.Type)
            .ShouldBe((Shown(preview, "Portal configuration"), flow, flow is null ? null : "hosted_confirmation"));
        (await MailAsync()).ShouldContain(session.Url);
    }

    [Fact]
    public async Task Send_WithAConfigurationOfItsOwn_NamesThatOne()
    {
        var narrow = await MakeAsync(new ConfigurationFeaturesOptions { PaymentMethodUpdate = new() { Enabled = true } });
        _lumen.Get<StripeConnections>().Set(
            Lumen.Tenant.Id, new StripeConnection(_lumen.Address, SandboxKeys.Read, SandboxKeys.Write, observeClock: true, portalConfiguration: narrow.Id));

        Refused(await TryPreviewAsync(PortalForm.CustomerUpdate)).Code.ShouldBe("portal_form_off");
        var preview = await PreviewAsync(null);
        (Shown(preview, "The link opens"), Shown(preview, "Portal configuration")).ShouldBe(("The whole portal: change the payment method", narrow.Id));
        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Executed>();

        (await SessionsAsync()).ShouldHaveSingleItem().ConfigurationId.ShouldBe(narrow.Id);
        (await MailAsync()).ShouldNotContain("invoices");
        await _lumen.Stripe.V1.BillingPortal.Configurations.UpdateAsync(narrow.Id, new ConfigurationUpdateOptions { Active = false });
        Refused(await TryPreviewAsync(null, other: true)).Code.ShouldBe("portal_inactive");
    }

    [Fact]
    public async Task Send_WhenThePortalOpensMoreMeanwhile_SendsNothing()
    {
        var preview = await PreviewAsync(null);
        await _lumen.Stripe.V1.BillingPortal.Configurations.UpdateAsync(
            Shown(preview, "Portal configuration"), new ConfigurationUpdateOptions { Features = new() { SubscriptionCancel = new() { Enabled = true, Mode = "immediately" } } });

        (await ExecuteAsync(preview)).ShouldBeOfType<ExecutionResult.Failed>().Refusal.Code.ShouldBe("state_moved");

        (await SessionsAsync()).ShouldBeEmpty();
        Directory.GetFiles(_lumen.Outbox).ShouldBeEmpty();
    }

    [Fact]
    public async Task Link_OfAnotherAttempt_IsAnotherOne()
    {
        var (customer, configuration) = (Customer(0), "bpc_1SandboxDefaultConfig00");
        async Task<string> UrlAsync(int attempt) => (await _lumen.Writers.Open<StripeWriter>(Grant(new Dictionary<string, string>(), attempt)).CreatePortalSessionAsync(customer, configuration, null, default)).Url;

        var first = await UrlAsync(1);

        (await UrlAsync(1)).ShouldBe(first, "a repetition within an attempt is the same request");
        (await UrlAsync(2)).ShouldNotBe(first, "a link from an earlier attempt may have expired");
    }

    [Fact]
    public void Opening_NamesEverythingThatThePortalLets()
    {
        var all = new Configuration
        {
            Id = "bpc_all",
            Active = true,
            Features = new()
            {
                PaymentMethodUpdate = new() { Enabled = false },
                CustomerUpdate = new() { Enabled = true, AllowedUpdates = [] },
                InvoiceHistory = new() { Enabled = true },
                SubscriptionUpdate = new() { Enabled = true, DefaultAllowedUpdates = ["price", "promotion_code"] },
                SubscriptionPause = new() { Enabled = true },
                SubscriptionCancel = new() { Enabled = true, Mode = "immediately" },
            },
        };

        PortalOpening.Of(all, null).ShouldBeOfType<Outcome<PortalOpening>.Ok>().Value.Allows
            .ShouldBe("The whole portal: see invoices and pay them; change a subscription (price, promotion code); pause a subscription; end a subscription at once");
        PortalOpening.Of(new Configuration { Id = "bpc_none", Active = true, Features = new() }, null).ShouldBeOfType<Outcome<PortalOpening>.Refused>().Refusal.Code.ShouldBe("portal_empty");
    }

    private SendPortalLink Operation => _lumen.Get<SendPortalLink>();

    private string Customer(int index) => (string)_lumen.Planted("healthy_customers", index)["customer"]!;

    private Task<Outcome<Preview<SendPortalLinkArguments>>> TryPreviewAsync(PortalForm? form, bool other = false) =>
        Operation.PreviewAsync(new SendPortalLinkArguments(new ObjectRef(ObjectKind.Customer, Customer(other ? 1 : 0)), form), Lumen.Tenant, default);

    private async Task<Preview<SendPortalLinkArguments>> PreviewAsync(PortalForm? form) =>
        (await TryPreviewAsync(form)).ShouldBeOfType<Outcome<Preview<SendPortalLinkArguments>>.Ok>().Value;

    private Task<ExecutionResult> ExecuteAsync(Preview<SendPortalLinkArguments> preview) =>
        Operation.ExecuteAsync(preview.Arguments, Lumen.Tenant, Grant(preview.Declared, 1), _lumen.Writers, default);

    private Task<Configuration> MakeAsync(ConfigurationFeaturesOptions features) =>
        _lumen.Stripe.V1.BillingPortal.Configurations.CreateAsync(new ConfigurationCreateOptions { Features = features });

    private async Task<IReadOnlyList<Session>> SessionsAsync() =>
        [.. (await _lumen.Stripe.V1.Events.ListAsync(new EventListOptions { Type = "billing_portal.session.created" })).Data.Select(e => (Session)e.Data.Object)];

    private async Task<string> MailAsync() => (await MimeMessage.LoadAsync(Directory.GetFiles(_lumen.Outbox).ShouldHaveSingleItem())).TextBody!;

    private static WriteGrant Grant(IReadOnlyDictionary<string, string> approved, int attempt) =>
        new WriteGrant(Lumen.Tenant, "prop_portal", "send_portal_link", "key_prop_portal", "olivia", "support.v1", approved).For(_ => Task.FromResult<Refusal?>(null), attempt);

    private static string Shown(Preview<SendPortalLinkArguments> preview, string field) => preview.Changes.Single(c => c.Field == field).After;

    private static Refusal Refused(Outcome<Preview<SendPortalLinkArguments>> outcome) => outcome.ShouldBeOfType<Outcome<Preview<SendPortalLinkArguments>>.Refused>().Refusal;
}
