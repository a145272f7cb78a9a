using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Shouldly;
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
        using var stripe = new HttpClient { BaseAddress = new Uri(copilot.Stage.Host.Settings.Stripe.ApiBase) };
        stripe.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Admin);
        var customer = await PostAsync(stripe, "v1/customers", ("name", "Acme"), ("email", "billing@acme.test"), ("metadata[tags]", tag));
        await PostAsync(stripe, "v1/invoiceitems", ("customer", customer), ("amount", "3000"), ("currency", "usd"), ("description", "Onboarding"));
        var draft = await PostAsync(stripe, "v1/invoices", ("customer", customer), ("currency", "usd"), ("pending_invoice_items_behavior", "include"));

        var emitted = await copilot.Sandbox.EmitAsync("invoice.created", draft, CancellationToken.None);
        var answer = await EventTask.WaitAsync(copilot.Stage.Host.Services, copilot.Stage.Host.Tenants.Default.Context, (string)emitted["id"]!, CancellationToken.None);

        answer!.Proposals.Count.ShouldBe(proposals, answer.Text);
        answer.Proposals.ShouldAllBe(p => p.Operation == "write_invoice_summary" && p.Changes[0].Field == "Memo");
        ((string?)(await stripe.GetFromJsonAsync<JsonObject>($"v1/invoices/{draft}"))!["description"]).ShouldBeNull();
    }

    /// <summary>Returns the id of what was made.</summary>
    private static async Task<string> PostAsync(HttpClient stripe, string path, params (string Key, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Key, f.Value)));
        using var answer = await stripe.PostAsync(new Uri(path, UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.JsonAsync())["id"]!;
    }
}
