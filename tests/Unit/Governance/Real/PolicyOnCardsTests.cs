using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.MemoryTests;
using BillingCopilot.Unit.SandboxTests.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance.Real;

/// <summary>Every card of support quotes the policy that allows or forbids it, word for word, with document and section.</summary>
public sealed partial class PolicyOnCardsTests : IAsyncLifetime
{
    /// <summary>They tell or note something, and give nothing: no policy is about them.</summary>
    private static readonly string[] WithoutRule = ["post_internal_note", "write_invoice_summary", "send_invoice_summary", "send_dunning_email"];

    private readonly KnowledgeFixture _knowledge = new();
    private RealBench _bench = null!;
    private string _policies = "";

    public async Task InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Files.Of("Sandbox/Worlds/Lumen/policies"), "*.md"))
        {
            var text = await File.ReadAllTextAsync(file);
            _knowledge.Write("policies/" + Path.GetFileName(file), text);
            _policies += Plain(text) + "\n";
        }

        await _knowledge.IngestAsync(RealBench.Tenant);
        _bench = await RealBench.StartAsync(knowledge: _knowledge.Base);
    }

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        _knowledge.Dispose();
    }

    [Fact]
    public async Task Card_OfEverySupportOperation_QuotesThePolicyLiterally()
    {
        List<string> faults = [];
        foreach (var (name, operation) in RealOperation.All.Where(o => !WithoutRule.Contains(o.Key)))
        {
            var arguments = await operation.MakeAsync(new Objects(_bench.Sandbox.Admin));
            await operation.Prepare(_bench.Sandbox.Admin, arguments);
            var rows = (await _bench.ProposeAsync(name, arguments, operation.Proposer)).Changes.Where(c => c.Field == PolicyRule.Field).ToList();
            if (rows is not [{ After: var words }])
            {
                faults.Add($"{name}: {rows.Count} quotes");
                continue;
            }

            // Courtesy credit has the rule of policy.yaml, by which its limit is kept; its sentences are the document's.
            var quote = Quoted().Match(words) is { Success: true } match ? match.Groups["words"].Value : words;
            faults.AddRange(Sentences().Split(quote).Where(s => s.Length > 0 && !_policies.Contains(s.TrimEnd('…', '.'), StringComparison.Ordinal)).Select(s => $"{name}: not in the policies: {s}"));
            if (name != "give_courtesy_credit" && !Quoted().IsMatch(words))
            {
                faults.Add($"{name}: no document and section in {words}");
            }
        }

        faults.ShouldBeEmpty(string.Join('\n', faults));
    }

    [Theory]
    [InlineData("issue_refund", "Refunds, Refund window")]
    [InlineData("issue_credit_note", "Credit notes and courtesy credit, Credit notes on")]
    [InlineData("void_credit_note", "Credit notes and courtesy credit, Credit notes on open invoices")]
    [InlineData("take_back_courtesy_credit", "Credit notes and courtesy credit, Limits of courtesy credit")]
    [InlineData("cancel_subscription_at_period_end", "Cancellations, How it ends")]
    [InlineData("cancel_subscription_now", "Cancellations, How it ends")]
    [InlineData("cancel_subscription_prorated", "Cancellations, How it ends")]
    [InlineData("reactivate_subscription", "Cancellations, How it ends")]
    [InlineData("downgrade_at_period_end", "Proration and plan changes, Downgrades and fewer seats")]
    [InlineData("downgrade_now", "Proration and plan changes, Downgrades and fewer seats")]
    [InlineData("keep_plan", "Proration and plan changes, Downgrades and fewer seats")]
    [InlineData("resend_invoice", "Data and privacy, What we may show")]
    [InlineData("send_portal_link", "Data and privacy, Card numbers")]
    [InlineData("update_billing_details", "Data and privacy, Checking who asks")]
    [InlineData("add_tax_id", "Taxes, VAT numbers")]
    [InlineData("remove_tax_id", "Taxes, VAT numbers")]
    [InlineData("submit_dispute_evidence", "Disputes, ")]
    [InlineData("accept_dispute", "Disputes, ")]
    public async Task Rule_OfAnOperation_IsTheSectionOnTheMatter(string name, string section) =>
        (await QuoteAsync(name)).ShouldStartWith(section);

    [Fact]
    public async Task Propose_WithoutTheRole_IsRefusedWithThePolicysWords()
    {
        var operation = RealOperation.All["downgrade_now"];
        var refused = (await _bench.TryProposeAsync("downgrade_now", await operation.MakeAsync(new Objects(_bench.Sandbox.Admin)), "sam")).ShouldBeOfType<Outcome<ProposalView>.Refused>().Refusal;
        refused.Code.ShouldBe("not_allowed");
        refused.Remedy!.ShouldEndWith($"The policy: «{await QuoteAsync("downgrade_now")}»");
    }

    private async Task<string> QuoteAsync(string operation)
    {
        var rule = _bench.Node.GetRequiredService<OperationCatalog>().Find(operation)!.Rule.ShouldNotBeNull();
        return (await _bench.Node.GetRequiredService<IPolicyQuotes>().FindAsync(RealBench.Tenant, rule, default)).ShouldNotBeNull();
    }

    /// <summary>Without Markdown's marks, and each run of blanks as one.</summary>
    private static string Plain(string text) => Blanks().Replace(text.Replace("*", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal).Replace("\n- ", "\n", StringComparison.Ordinal), " ");

    [GeneratedRegex(@"^[^“]+, [^“]+: “(?<words>.+)”$", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<=[.;:])\s+(?:- )?")]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
