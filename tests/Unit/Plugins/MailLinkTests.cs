using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Collections;
using BillingCopilot.Plugins.Mail;
using MimeKit;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A link goes out by mail only where its host is allowed: one that Stripe's answer holds too.</summary>
public sealed class MailLinkTests : IAsyncLifetime
{
    private readonly OtherLinks _links = new();
    private Lumen _lumen = null!;

    public static TheoryData<string> Elsewhere { get; } =
    [
        "https://pay.example/", "http://{host}/", "https://{host}.pay.example/", "https://{host}@pay.example/", "javascript://{host}/", "//{host}/",
    ];

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync(_links);

    public async Task DisposeAsync()
    {
        await _lumen.DisposeAsync();
        _links.Dispose();
    }

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Dunning_PayLinkElsewhere_IsNeitherProposedNorSent(string elsewhere)
    {
        var operation = _lumen.Get<SendDunningEmail>();
        var arguments = new SendDunningEmailArguments(new ObjectRef(ObjectKind.Invoice, (string)_lumen.Planted("failed_invoices")["invoice"]!));
        var approved = (await operation.PreviewAsync(arguments, Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<SendDunningEmailArguments>>.Ok>().Value;
        _links.Lead("invoice.stripe.com", elsewhere);

        var refused = (await operation.PreviewAsync(arguments, Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<SendDunningEmailArguments>>.Refused>().Refusal;
        var sent = await operation.ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant(approved: approved.Declared), _lumen.Writers, default);

        refused.ShouldBe(new Refusal("no_pay_link", "The invoice has no pay link on a host that is allowed in mails.", "Check Mail:PayLinkHosts."));
        sent.ShouldBeOfType<ExecutionResult.Failed>().Refusal.ShouldBe(refused);
        Directory.GetFiles(_lumen.Outbox).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task PortalLink_Elsewhere_IsNotSent(string elsewhere)
    {
        var (arguments, approved) = await PortalAsync(_lumen);
        _links.Lead("billing.stripe.com", elsewhere);

        var sent = await _lumen.Get<SendPortalLink>().ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant(approved: approved.Declared), _lumen.Writers, default);

        sent.ShouldBeOfType<ExecutionResult.Failed>().Refusal.ShouldBe(
            new Refusal("no_portal_link", "Stripe's portal link is not on a host that is allowed in mails.", "Check Mail:PortalHosts."));
        Directory.GetFiles(_lumen.Outbox).ShouldBeEmpty();
    }

    /// <summary>An account's own domain is allowed by naming it, and then Stripe's is not.</summary>
    [Fact]
    public async Task Links_OnTheHostsOfTheSettings_AreSent()
    {
        using var links = new OtherLinks();
        await using var lumen = await Lumen.StartAsync(links, mail: new MailOptions { PayLinkHosts = ["pay.lumen.example"], PortalHosts = ["pay.lumen.example"] });
        var (arguments, approved) = await PortalAsync(lumen);
        Task<ExecutionResult> SendAsync() => lumen.Get<SendPortalLink>().ExecuteAsync(arguments, Lumen.Tenant, Lumen.Grant(approved: approved.Declared), lumen.Writers, default);

        (await SendAsync()).ShouldBeOfType<ExecutionResult.Failed>().Refusal.Code.ShouldBe("no_portal_link");
        links.Lead("billing.stripe.com", "https://pay.lumen.example/");

        (await SendAsync()).ShouldBeOfType<ExecutionResult.Executed>();
        (await MimeMessage.LoadAsync(Directory.GetFiles(lumen.Outbox).ShouldHaveSingleItem())).TextBody!.ShouldContain("https://pay.lumen.example/p/session/");
    }

    private static async Task<(SendPortalLinkArguments Arguments, Preview<SendPortalLinkArguments> Approved)> PortalAsync(Lumen lumen)
    {
        var arguments = new SendPortalLinkArguments(new ObjectRef(ObjectKind.Customer, (string)lumen.Planted("healthy_customers")["customer"]!), null);
        return (arguments, (await lumen.Get<SendPortalLink>().PreviewAsync(arguments, Lumen.Tenant, default)).ShouldBeOfType<Outcome<Preview<SendPortalLinkArguments>>.Ok>().Value);
    }

    /// <summary>Stripe's answers, with the links of a host leading elsewhere.</summary>
    private sealed class OtherLinks : DelegatingHandler
    {
        private (string Own, string Other)? _leads;

        public void Lead(string host, string elsewhere) => _leads = ($"https://{host}/", elsewhere.Replace("{host}", host, StringComparison.Ordinal));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (_leads is var (own, other))
            {
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                answer.Content = new StringContent(text.Replace(own, other, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
            }

            return answer;
        }
    }
}
