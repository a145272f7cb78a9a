using System.ComponentModel;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

public sealed class ToolCatalogTests
{
    [Fact]
    public async Task All_EveryTool_OnlyReads()
    {
        await using var lumen = await Lumen.StartAsync();
        var catalog = lumen.Get<ToolCatalog>();
        catalog.All.Select(t => t.Name).ShouldBe(
            ["explain_invoice", "explain_invoice_change", "find_billing_mistakes", "find_customer", "find_statement_line", "get_customer_overview", "get_dispute", "get_invoice", "get_payment_history", "get_subscription", "get_upcoming_invoice", "list_charges", "list_disputes", "list_invoices", "list_subscriptions", "list_tickets", "open_billing_form", "search_policies", "triage_ticket"]);
        catalog.All.ShouldAllBe(t => t.Effect == ToolEffect.Read);
        catalog.Find("list_invoices")!.Handles["customer"].ShouldBe(ObjectKind.Customer);
        Should.Throw<ArgumentException>(() => catalog.CreateReadTools(new ToolScope(Lumen.Tenant, "support", Asker: null), ["issue_refund"]))
            .Message.ShouldContain("'issue_refund'");
    }

    [Fact]
    public void Scan_ToolWithoutEffect_ThrowsNamingIt() =>
        Should.Throw<InvalidOperationException>(() => ToolCatalog.Scan([typeof(Unmarked)]).ToList()).Message.ShouldContain("do_something");

    [Fact]
    public void Scan_ToolThatProposes_IsNoReadTool() =>
        Should.Throw<InvalidOperationException>(() => ToolCatalog.Scan([typeof(Proposing)]).ToList()).Message.ShouldContain("only read");

    private sealed class Unmarked
    {
        [KernelFunction("do_something"), Description("x")]
        public static string Do() => "";
    }

    private sealed class Proposing
    {
        [KernelFunction("propose_something"), ToolEffect(ToolEffect.Propose)]
        public static string Do() => "";
    }
}
