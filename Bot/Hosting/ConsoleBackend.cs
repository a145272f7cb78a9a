using System.Runtime.CompilerServices;
using System.Security.Claims;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Identity;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.WebConsole;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace BillingCopilot.Bot.Hosting;

/// <summary>The console's way to the rest. It serves the tenant <c>default</c>; people are looked up, never believed.</summary>
public sealed class ConsoleBackend(
    TenantList tenants, PeopleDirectory people, PolicyBook policies, ChatTurns chat, ProposalBook book, Decisions decisions, ProposalFeed feed,
    BusinessClock clock, CopilotSettings settings, SuggestedQuestions questions) : IConsoleBackend
{
    private TenantContext Tenant => tenants.Default.Context;

    public event Action? ProposalsChanged
    {
        add => feed.OnChanged += value;
        remove => feed.OnChanged -= value;
    }

    public DateTimeOffset Now => clock.UtcNow;

    public ConsoleInfo Info => new(
        Tenant.Id,
        Tenant.Account,
        tenants.Default.IsSandbox ? ConsoleMode.Sandbox : Tenant.Livemode ? ConsoleMode.Live : ConsoleMode.Test,
        settings.Model.For("").Label,
        questions.All,
        tenants.Default.IsSandbox ? people.All : null,
        SignOutUrl: "/auth/sign-out");

    /// <summary>Only a cookie of this page, and only for the tenant that it shows.</summary>
    public Person? PersonOf(ClaimsPrincipal principal) =>
        principal.Identity?.AuthenticationType == CookieAuthenticationDefaults.AuthenticationScheme
        && SignedIn.From(principal, people, tenants) is { } signedIn
        && signedIn.Tenant == tenants.Default
            ? signedIn.Person
            : null;

    public async IAsyncEnumerable<TurnEvent> SendAsync(
        string personId, string conversationId, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var person = Known(personId);
        await foreach (var e in chat.EventsAsync(Tenant, person, conversationId, text, cancellationToken))
        {
            yield return e;
        }
    }

    public Task<IReadOnlyList<ProposalView>> ListProposalsAsync(string personId, CancellationToken cancellationToken)
    {
        Known(personId);
        return book.ListAsync(Tenant, null, 200, cancellationToken);
    }

    public DecisionStanding StandingOf(string personId, ProposalView proposal)
    {
        var policy = policies.For(proposal.Operation);
        var person = Known(personId);
        var needed = policy.ApproversFor(proposal.Amount);
        if (policy.ApproverRole(person) is null)
        {
            return new DecisionStanding(false, false, $"Only {string.Join(" or ", policy.Approve)} may decide on this; you are {string.Join(", ", person.Roles)}.", needed);
        }

        var own = !policy.SelfApproval && proposal.RequestedBy == personId;
        return own
            ? new DecisionStanding(false, true, "You asked for this, so somebody else must approve it.", needed)
            : new DecisionStanding(true, true, null, needed);
    }

    public Task<Outcome<ProposalView>> DecideAsync(
        string personId, string proposalId, string hash, bool approve, string? reason, CancellationToken cancellationToken) =>
        decisions.DecideAsync(tenants.Default, Known(personId), proposalId, hash, approve, reason, "console", cancellationToken);

    private Person Known(string id) =>
        people.Find(id) ?? throw new InvalidOperationException($"Person '{id}' is no longer in people.yaml.");
}
