using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Collections;
using BillingCopilot.Plugins.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>A marker stands in every field that must not reach a model; no tool's result may hold it.</summary>
public sealed class NeverListTests
{
    private const string Marker = "CANARY";

    private static readonly HashSet<string> NeverShown = new(StringComparer.Ordinal)
    {
        "client_secret", "hosted_invoice_url", "invoice_pdf", "receipt_url", "pdf", "fingerprint", "iin", "network_transaction_id",
        "authorization_code", "routing_number", "email", "phone", "receipt_email", "customer_email", "customer_phone", "line1", "line2",
        "city", "postal_code", "tax_ids", "customer_tax_ids", "receipt_number", "statement_descriptor", "calculated_statement_descriptor",
    };

    [Fact]
    public async Task EveryTool_MarkedResponses_ShowsNoMarker()
    {
        await using var lumen = await Lumen.StartAsync(new Marking());
        var failed = lumen.Planted("failed_invoices");
        string[] results =
        [
            .. await Task.WhenAll(new[] { "get_customer_overview", "list_invoices", "explain_invoice_change", "list_charges", "get_payment_history" }
                .Select(async tool => (await lumen.CallAsync(tool, ("customer", (string)failed["customer"]!))).ToJsonString())),
            (await lumen.CallAsync("find_customer", ("query", (string)failed["customer_name"]!))).ToJsonString(),
            (await lumen.CallAsync("get_invoice", ("invoice", (string)failed["invoice"]!))).ToJsonString(),
        ];
        results.ShouldAllBe(r => !r.Contains(Marker) && !r.Contains("\"error\""));
    }

    [Fact]
    public async Task Previews_MarkedResponses_ShowNoMarker()
    {
        await using var lumen = await Lumen.StartAsync(new Marking());
        var paid = lumen.Planted("paid_invoices");
        var refund = await lumen.Get<IssueRefund>().PreviewAsync(
            new IssueRefundArguments(new ObjectRef(ObjectKind.Charge, (string)paid["charge"]!), RefundReason.Duplicate), Lumen.Tenant, default);
        ToolJson.Of(refund.ShouldBeOfType<Outcome<Preview<IssueRefundArguments>>.Ok>().Value).ToJsonString().ShouldNotContain(Marker);
    }

    private sealed class Marking : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            Mark(body);
            response.Content = JsonContent.Create(body);
            return response;
        }

        private static void Mark(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                items.ToList().ForEach(Mark);
            }
            else if (node is JsonObject fields)
            {
                foreach (var (name, value) in fields.ToList())
                {
                    if (NeverShown.Contains(name) && value is null or JsonValue)
                    {
                        fields[name] = Marker;
                    }
                    else if (name == "metadata" && value is JsonObject metadata)
                    {
                        metadata["note"] = Marker;
                    }
                    else
                    {
                        Mark(value);
                    }
                }
            }
        }
    }
}
