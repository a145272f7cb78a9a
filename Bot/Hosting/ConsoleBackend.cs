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
using BillingCopilot.Plugins.BillingForm;
using BillingCopilot.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace BillingCopilot.Bot.Hosting;

/// <summary>The console's way to the rest, for the tenant of who is signed in; people are looked up, never believed.</summary>
public sealed class ConsoleBackend(
    TenantList tenants, PeopleDirectory people, Sessions sessions, PolicyBook policies, ChatTurns chat, ChatHistory history, ProposalBook book,
    Decisions decisions, ProposalFeed feed, BillingForms forms, BusinessClock clock, CopilotSettings settings, SuggestedQuestions questions, ProposalSight sight, TicketQueues queues) : IConsoleBackend
{
    private const int RecentConversations = 5;
    private const int TicketsOfAPage = 25;

    public event Action? ProposalsChanged
    {
        add => feed.OnChanged += value;
        remove => feed.OnChanged -= value;
    }

    public event Action? SignInsChanged
    {
        add => sessions.OnEnded += value;
        remove => sessions.OnEnded -= value;
    }

    public DateTimeOffset Now => clock.UtcNow;

    public ConsoleInfo InfoFor(ConsoleUser? user)
    {
        var tenant = (user is null ? null : tenants.Find(user.Tenant)) ?? tenants.Default;
        return new(
            tenant.Context.Id,
            tenant.Context.Account,
            tenant.IsSandbox ? ConsoleMode.Sandbox : tenant.Context.Livemode ? ConsoleMode.Live : ConsoleMode.Test,
            settings.Model.For("").Label,
            questions.All,
            [.. tenants.All.Select(t => t.Context.Id)],
            tenant.IsSandbox ? people.All : null,
            SignOutUrl: "/auth/sign-out");
    }

    /// <summary>Only a cookie of this page counts, and only while its session is open.</summary>
    public ConsoleUser? UserOf(ClaimsPrincipal principal) =>
        principal.Identity?.AuthenticationType == CookieAuthenticationDefaults.AuthenticationScheme
        && Sessions.Of(principal) is { } session
        && sessions.IsOpen(session)
        && SignedIn.From(principal, people, tenants) is { } signedIn
            ? new ConsoleUser(signedIn.Person, signedIn.Tenant.Context.Id, session)
            : null;

    public bool IsSignedIn(ConsoleUser user) => sessions.IsOpen(user.Session);

    public async IAsyncEnumerable<TurnEvent> SendAsync(
        ConsoleUser user, string conversationId, string text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        await foreach (var e in chat.EventsAsync(tenant.Context, person, conversationId, text, Channels.Console, cancellationToken))
        {
            yield return e;
        }
    }

    public Task<IReadOnlyList<PastTurn>> HistoryAsync(ConsoleUser user, string conversationId, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return history.TurnsAsync(tenant.Context, person, conversationId, cancellationToken);
    }

    public Task<IReadOnlyList<PastConversation>> RecentAsync(ConsoleUser user, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return history.RecentAsync(tenant.Context, person, RecentConversations, cancellationToken);
    }

    public async Task<IReadOnlyList<ProposalView>> ListProposalsAsync(ConsoleUser user, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return [.. (await book.ListAsync(tenant.Context, null, 200, cancellationToken)).Select(p => sight.Of(p, person))];
    }

    public DecisionStanding StandingOf(ConsoleUser user, ProposalView proposal)
    {
        var policy = policies.For(proposal.Operation);
        var person = Checked(user).Person;
        var needed = proposal.SecondApprover is null ? 1 : 2;
        if (policy.ApproverRole(person) is null)
        {
            return new DecisionStanding(false, false, $"Only {string.Join(" or ", policy.Approve)} may decide on this; you are {string.Join(", ", person.Roles)}.", needed);
        }

        var own = !policy.SelfApproval && proposal.RequestedBy == person.Id;
        return own
            ? new DecisionStanding(false, true, "You asked for this, so somebody else must approve it.", needed)
            : new DecisionStanding(true, true, null, needed);
    }

    public Task<Outcome<ProposalView>> DecideAsync(
        ConsoleUser user, string proposalId, string hash, bool approve, string? reason, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return decisions.DecideAsync(tenant, person, proposalId, hash, approve, reason, "console", cancellationToken);
    }

    public IReadOnlyList<string> QueuesOf(ConsoleUser user) => [.. queues.ReadBy(Checked(user).Person).Select(q => q.Name)];

    public async Task<Outcome<QueuePage>> ListTicketsAsync(ConsoleUser user, string queue, int skip, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return queues.Find(queue, person).TryGet(out var found, out var refusal)
            ? await queues.PageAsync(tenant.Context, found, skip, TicketsOfAPage, cancellationToken)
            : refusal;
    }

    public Task<Outcome<BillingFormView>> OpenBillingFormAsync(ConsoleUser user, string customerId, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        return forms.OpenAsync(tenant.Context, person, customerId, cancellationToken);
    }

    public async Task<Outcome<IReadOnlyList<ProposalView>>> FillBillingFormAsync(ConsoleUser user, BillingFormFilled filled, string conversationId, CancellationToken cancellationToken)
    {
        var (tenant, person) = Checked(user);
        var outcome = await forms.FillAsync(tenant.Context, person, filled, conversationId, cancellationToken);
        feed.Changed();
        return outcome;
    }

    /// <summary>A page that outlived its sign-in gets nothing.</summary>
    private (Tenant Tenant, Person Person) Checked(ConsoleUser user) =>
        sessions.IsOpen(user.Session) && tenants.Find(user.Tenant) is { } tenant && people.Find(user.Person.Id) is { } person
            ? (tenant, person)
            : throw new InvalidOperationException($"The sign-in of '{user.Person.Id}' has ended.");
}
