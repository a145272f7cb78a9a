using System.ComponentModel;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.Knowledge;

/// <summary>Policies and past tickets, quoted word for word.</summary>
public sealed class KnowledgePlugin(ToolContext context)
{
    private const int Most = 4;

    [KernelFunction("search_policies"), ToolEffect(ToolEffect.Read)]
    [Description("Verbatim quotes from our policies and past tickets.")]
    public async Task<object> SearchPoliciesAsync(string query, CancellationToken cancellationToken)
    {
        var policies = await context.Knowledge.SearchAsync(context.Tenant, query, "policy", Most, cancellationToken);
        var tickets = await context.Knowledge.SearchAsync(context.Tenant, query, "ticket", Most / 2, cancellationToken);
        return new KnowledgeFound(
            [.. policies.Select(p => new PolicyQuote(p.Kind, p.Document, p.Title, p.Section, p.Quote))],
            [.. tickets.Select(t => new TicketQuote(t.Kind, t.Document, new UntrustedText(t.Title), t.Section, new UntrustedText(t.Quote)))],
            policies.Count + tickets.Count == 0 ? "Nothing fits. Say that no policy was found; do not make one up." : null);
    }
}

/// <summary>What was found, policies and tickets apart, best first.</summary>
public sealed record KnowledgeFound(IReadOnlyList<PolicyQuote> Policies, IReadOnlyList<TicketQuote> Tickets, string? Note);

/// <summary>A section of a policy: ours, and binding.</summary>
public sealed record PolicyQuote(string Kind, string Document, string Title, string Section, string Quote);

/// <summary>A section of a past ticket: customers' and agents' words, an example and no rule.</summary>
public sealed record TicketQuote(string Kind, string Document, UntrustedText Title, string Section, UntrustedText Quote);
