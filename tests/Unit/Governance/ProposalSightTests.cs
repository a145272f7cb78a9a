using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>What a form holds is read by those who may propose or approve it, in a list as by itself.</summary>
public sealed class ProposalSightTests
{
    [Theory]
    [InlineData("vera", false)]
    [InlineData("olivia", false)]
    [InlineData("sam", true)]
    [InlineData("frank", true)]
    public async Task List_OfForms_ShowsTheirValuesByRole(string person, bool reads)
    {
        using var bench = await Bench.StartAsync(b =>
        {
            b.Form = true;
            b.PolicyText += "\n  form_credit:\n    propose: [support]\n    approve: [finance]\n    self_approval: false\n    expiry: 24h\n";
            b.RolloutText = "operations: { form_credit: assisted }";
        });
        var form = await bench.ProposeAsync(r => r with { Operation = "form_credit", Agent = ProposeRequest.ByHand });
        var sight = new ProposalSight(bench.Node.GetRequiredService<PolicyBook>(), bench.Node.GetRequiredService<OperationCatalog>());
        var list = new BatchView("batch_1", form.Cause, form.Operation, "hash", [], [form], null, null);
        IReadOnlyList<BatchResult> signed = [new(form.Id, form.Status, form, null), new("prop_gone", ProposalStatus.Failed, null, null)];

        var rows = sight.Of(list, bench.Person(person)).Rows.Append(sight.Of(signed, bench.Person(person))[0].Proposal!);

        rows.ShouldAllBe(r => reads ? r == form : r.Arguments.Count == 0 && r.Changes.All(c => c.After == "(not for your role)"));
    }
}
