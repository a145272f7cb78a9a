using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>A draft invoice of a customer whose segment has summaries on.</summary>
public sealed class SummaryFlow
{
    [Theory]
    [InlineData("invoice-summary", 1)]
    [InlineData("other", 0)]
    public async Task InvoiceCreated_ProposesAMemo_WhereTheSegmentHasItOn(string tag, int proposals)
    {
        await using var copilot = await Copilot.StartAsync();
        var stripe = new StripeClient(new StripeClientOptions { ApiKey = SandboxKeys.Admin, ApiBase = copilot.Stage.Host.Settings.Stripe.ApiBase!.TrimEnd('/') });
        var customer = await stripe.V1.Customers.CreateAsync(new CustomerCreateOptions { Name = "Acme", Email = "billing@acme.test", Metadata = new() { ["tags"] = tag } });
        await stripe.V1.InvoiceItems.CreateAsync(new InvoiceItemCreateOptions { Customer = customer.Id, Amount = 3000, Currency = "usd", Description = "Onboarding" });
        var draft = await stripe.V1.Invoices.CreateAsync(new InvoiceCreateOptions { Customer = customer.Id, Currency = "usd", PendingInvoiceItemsBehavior = "include" });

        var emitted = await copilot.Sandbox.EmitAsync("invoice.created", draft.Id, CancellationToken.None);
        var answer = await EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        answer!.Proposals.Count.ShouldBe(proposals, answer.Text);
        answer.Proposals.ShouldAllBe(p => p.Operation == "write_invoice_summary" && p.Changes[0].Field == "Memo");
        (await stripe.V1.Invoices.GetAsync(draft.Id)).Description.ShouldBeNull();
    }
}
