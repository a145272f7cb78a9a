using System.ComponentModel;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.Knowledge;

/// <summary>Policies and past tickets, quoted word for word.</summary>
public sealed class KnowledgePlugin(ToolContext context)
{
    private const int MostPolicies = 4;
    private const int MostTickets = 2;

    /// <summary>Sections looked at for one kind.</summary>
    private const int Looked = 20;

    /// <summary>What comes to less than this share of the best section's score shares some word with the question and not its topic.</summary>
    private const double ShareOfBest = 0.3;

    [KernelFunction("search_policies"), ToolEffect(ToolEffect.Read)]
    [Description("Verbatim quotes from our policies and past tickets.")]
    public async Task<object> SearchPoliciesAsync(string query, CancellationToken cancellationToken)
    {
        var found = await context.Knowledge.SearchAsync(context.Tenant, query, "policy", Looked, cancellationToken);
        var past = await context.Knowledge.SearchAsync(context.Tenant, query, "ticket", Looked, cancellationToken);
        var floor = ShareOfBest * found.Concat(past).Select(p => p.Score).DefaultIfEmpty().Max();
        List<Passage> policies = [.. found.Where(p => p.Score >= floor)], tickets = [.. past.Where(p => p.Score >= floor)];
        return new KnowledgeFound(
            [.. policies.Take(MostPolicies).Select(p => new PolicyQuote(p.Kind, p.Document, p.Title, p.Section, p.Quote))],
            Rest(policies, MostPolicies),
            [.. tickets.Take(MostTickets).Select(t => new TicketQuote(t.Kind, t.Document, new UntrustedText(t.Title), t.Section, new UntrustedText(t.Quote)))],
            Rest(tickets, MostTickets),
            policies.Count + tickets.Count == 0 ? "Nothing fits. Say that no policy was found; do not make one up." : null);
    }

    private static Partial? Rest(List<Passage> found, int most) => found.Count <= most ? null
        : new Partial(most, found.Count < Looked ? found.Count : null, "Search for one thing, in the words that a policy would have.");
}

/// <summary>What was found, policies and tickets apart, best first.</summary>
/// <param name="PoliciesPartial">That more sections are near; left out where they are not.</param>
public sealed record KnowledgeFound(IReadOnlyList<PolicyQuote> Policies, Partial? PoliciesPartial, IReadOnlyList<TicketQuote> Tickets, Partial? TicketsPartial, string? Note);

/// <summary>A section of a policy: ours, and binding.</summary>
public sealed record PolicyQuote(string Kind, string Document, string Title, string Section, string Quote);

/// <summary>A section of a past ticket: customers' and agents' words, an example and no rule.</summary>
public sealed record TicketQuote(string Kind, string Document, UntrustedText Title, string Section, UntrustedText Quote);
