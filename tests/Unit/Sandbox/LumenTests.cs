using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>The generated world, read in full by Stripe's client.</summary>
public sealed class LumenTests
{
    [Fact]
    public async Task EveryObject_ReadByStripesClient_ParsesAndLinks()
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions(), new FakeTimeProvider());
        var client = new StripeClient(new StripeClientOptions { ApiKey = SandboxKeys.Read, ApiBase = server.BaseAddress.ToString().TrimEnd('/') });

        var invoices = await client.V1.Invoices.ListAutoPagingAsync(new InvoiceListOptions { Limit = 100, Expand = ["data.payments"] }).ToListAsync();
        var charges = await client.V1.Charges.ListAutoPagingAsync(new ChargeListOptions { Limit = 100, Expand = ["data.customer"] }).ToListAsync();
        var subscriptions = await client.V1.Subscriptions.ListAutoPagingAsync(new SubscriptionListOptions { Limit = 100, Status = "all" }).ToListAsync();

        invoices.Count.ShouldBe(server.World.Account.All("invoice").Count);
        invoices.Where(i => i.Status == "paid" && i.AmountPaid > 0).ShouldAllBe(i => i.Payments.Data.Any(p => p.Status == "paid"));
        charges.ShouldAllBe(c => c.Customer != null);
        subscriptions.ShouldAllBe(s => s.Items.Data.Count > 0);
    }

    [Fact]
    public async Task CreatePreview_EveryLiveSubscription_AddsUp()
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions(), new FakeTimeProvider());
        var client = new StripeClient(new StripeClientOptions { ApiKey = SandboxKeys.Read, ApiBase = server.BaseAddress.ToString().TrimEnd('/') });

        await foreach (var subscription in client.V1.Subscriptions.ListAutoPagingAsync(new SubscriptionListOptions { Limit = 100 }))
        {
            var preview = await client.V1.Invoices.CreatePreviewAsync(new InvoiceCreatePreviewOptions { Subscription = subscription.Id });

            preview.Subtotal.ShouldBe(preview.Lines.Data.Sum(l => l.Amount));
            var taxes = preview.TotalTaxes.Where(t => t.TaxBehavior == "exclusive").Sum(t => t.Amount);
            preview.Total.ShouldBe(preview.Subtotal - preview.TotalDiscountAmounts.Sum(d => d.Amount) + taxes);
        }

        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        (await http.GetStringAsync("_sandbox/ledger")).ShouldContain("\"count\": 0");
    }

    [Fact]
    public async Task PayInvoice_PlantedDecline_DeclinesForThePlantedReason()
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions(), new FakeTimeProvider());
        var client = new StripeClient(new StripeClientOptions { ApiKey = SandboxKeys.Write, ApiBase = server.BaseAddress.ToString().TrimEnd('/') });
        var (card, decline) = server.World.Account.PaymentBehaviours.Where(b => b.Key.StartsWith("pm_", StringComparison.Ordinal) && b.Value != "ok")
            .Select(b => (b.Key, b.Value.Split(' ')[0])).First();
        var customer = (string)server.World.Account.Find(card)!["customer"]!;
        var open = (await client.V1.Invoices.ListAsync(new InvoiceListOptions { Customer = customer, Status = "open" })).Data[0];

        var error = await Should.ThrowAsync<StripeException>(() => client.V1.Invoices.PayAsync(open.Id));

        error.StripeError.DeclineCode.ShouldBe(decline);
        (await client.V1.Invoices.GetAsync(open.Id)).AttemptCount.ShouldBe(open.AttemptCount);
    }

    [Fact]
    public async Task Truth_IsServed_AndTheClockStartsWithTheWorld()
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { Seed = 3 }, new FakeTimeProvider());
        using var http = new HttpClient { BaseAddress = server.BaseAddress };

        var truth = JsonNode.Parse(await http.GetStringAsync("_sandbox/truth"))!.AsObject();
        using var answer = await http.GetAsync("_sandbox/info");

        truth.Count.ShouldBeGreaterThan(0);
        answer.Headers.Date.ShouldBe(server.World.Now);
    }

    [Fact]
    public async Task UnknownWorld_IsRefusedNamingTheKnown()
    {
        var error = await Should.ThrowAsync<SandboxStartException>(() =>
            SandboxServer.StartAsync(new SandboxOptions { World = "mars" }, TimeProvider.System));

        error.Message.ShouldContain("lumen");
    }
}
