using BillingCopilot.Agents.Tools;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public sealed class ProposerScopeTests
{
    /// <summary>However a model came to the tool: what a part handed over may not propose is refused before anything else is looked at.</summary>
    [Fact]
    public async Task Propose_WhatAHandOverMustNotGive_IsRefused()
    {
        var proposer = new Proposer(null!, null!, "retention.v1", null!, null!, null!) { Operations = new HashSet<string> { IssueCreditNote.Descriptor.Name } };

        var answer = await proposer.ProposeAsync(IssueRefund.Descriptor, [], default);

        answer.ShouldBeOfType<ToolFailure>().ToString().ShouldContain("outside_scope");
    }
}
