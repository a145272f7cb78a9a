using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>What the writer's marks and the operations that rest on them do where the far side fails, or says too little.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private readonly ManyEvents _events = new();
    private Lumen _lumen = null!;

    public async Task InitializeAsync() => _lumen = await Lumen.StartAsync(_events);

    public Task DisposeAsync() => _lumen.DisposeAsync().AsTask();

    /// <summary>With a key of its own, a mark would be answered by the failure before it, and another mark be refused.</summary>
    [Theory]
    [InlineData("invoice")]
    [InlineData("customer")]
    [InlineData("subscription")]
    public async Task Mark_AgainAfterAFailure_IsMade(string what)
    {
        var writer = _lumen.Writers.Open<StripeWriter>(Lumen.Grant("prop_mark"));
        var subscription = (await _lumen.Stripe.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Limit = 1 })).Data.Single();
        async Task<Dictionary<string, string>> MarkAsync(string day) => what switch
        {
            "invoice" => (await writer.StampInvoiceAsync(subscription.LatestInvoiceId, new Dictionary<string, string> { ["day"] = day }, default)).Metadata,
            "customer" => (await writer.StampCustomerAsync(subscription.CustomerId, new Dictionary<string, string> { ["day"] = day }, default)).Metadata,
            _ => (await writer.StampSubscriptionAsync(subscription.Id, default)).Metadata,
        };
        await _lumen.FaultAsync("POST *", "429");
        await Should.ThrowAsync<StripeException>(() => MarkAsync("2026-10-01"));

        (await MarkAsync("2026-10-01"))["copilot_proposal"].ShouldBe("prop_mark");
        (await MarkAsync("2026-10-02"))["copilot_prompt"].ShouldBe("support.v1");

        (await _lumen.EffectsAsync()).Select(e => (string?)e!["idempotency_key"]).ShouldAllBe(key => key == null || !key.StartsWith("key_prop_mark", StringComparison.Ordinal));
    }

    /// <summary>An event that was not among those that were read may be the one that says it was sent.</summary>
    [Fact]
    public async Task Resend_WhereNotAllEventsWereRead_IsAQuestion()
    {
        var invoice = (await _lumen.Stripe.V1.Invoices.ListAsync(new InvoiceListOptions { Status = "paid", Limit = 1 })).Data.Single();
        await _lumen.Stripe.V1.Invoices.UpdateAsync(invoice.Id, new InvoiceUpdateOptions { Metadata = new() { [ResendInvoice.ResentKey] = "prop_resend" } });
        var arguments = new ResendInvoiceArguments(new ObjectRef(ObjectKind.Invoice, invoice.Id));
        Task<ExecutionResult> LookAsync() => _lumen.Get<ResendInvoice>().ReconcileAsync(arguments, Lumen.Tenant, Lumen.Grant("prop_resend"), default);
        (await LookAsync()).ShouldBeOfType<ExecutionResult.NotDone>();

        _events.Endless = true;

        (await LookAsync()).ShouldBeOfType<ExecutionResult.Unknown>().LookAt.ShouldContain("more events than were read");
    }

    /// <summary>What a percentage takes off metered use is not known before the use is.</summary>
    [Fact]
    public async Task ApplyCoupon_PercentOfMeteredUse_IsRefused()
    {
        var metered = (await _lumen.Stripe.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Status = "active", Limit = 100 })).Data
            .First(s => s is { CancelAtPeriodEnd: false, CancelAt: null } && s.Items.Data.Exists(i => i.Price.Recurring.UsageType == "metered"));

        var outcome = await _lumen.Get<ApplyCouponOnce>().PreviewAsync(new ApplyCouponArguments(new ObjectRef(ObjectKind.Subscription, metered.Id), "SORRY20"), Lumen.Tenant, default);

        outcome.ShouldBeOfType<Outcome<Preview<ApplyCouponArguments>>.Refused>().Refusal.Code.ShouldBe("effect_unknown");
    }

    /// <summary>An account with more events than anybody reads.</summary>
    private sealed class ManyEvents : DelegatingHandler
    {
        private int _made;

        public bool Endless { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Endless && request.RequestUri!.AbsolutePath == "/v1/events"
                ? new HttpResponseMessage(System.Net.HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent(Page().ToJsonString(), null, "application/json") }
                : await base.SendAsync(request, cancellationToken);

        private JsonObject Page() => new()
        {
            ["object"] = "list",
            ["has_more"] = true,
            ["url"] = "/v1/events",
            ["data"] = new JsonArray([.. Enumerable.Range(0, 100).Select(_ => (JsonNode)new JsonObject
            {
                ["id"] = $"evt_{++_made}", ["object"] = "event", ["type"] = "invoice.sent", ["created"] = 1_790_000_000,
                ["data"] = new JsonObject { ["object"] = new JsonObject { ["id"] = "in_another", ["object"] = "invoice" } },
            })]),
        };
    }
}
