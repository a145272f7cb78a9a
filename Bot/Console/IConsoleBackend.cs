using System.Security.Claims;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.BillingForm;

namespace BillingCopilot.Bot.WebConsole;

/// <summary>
/// What the console page needs of the rest. The page passes who is signed in and nothing that a browser claims; the
/// implementation looks at the sign-in anew with each call and decides what the person may see and do.
/// Registered as a singleton; safe to call from any thread.
/// </summary>
public interface IConsoleBackend
{
    /// <summary>What the page shows of the installation, as this person's tenant has it.</summary>
    ConsoleInfo InfoFor(ConsoleUser? user);

    /// <summary>What "now" is for expiry (the business clock).</summary>
    DateTimeOffset Now { get; }

    /// <summary>Who is behind a sign-in at this page, looked up anew; null when it does not count here.</summary>
    ConsoleUser? UserOf(ClaimsPrincipal principal);

    /// <summary>False once the sign-in has ended, in whichever tab that was.</summary>
    bool IsSignedIn(ConsoleUser user);

    /// <summary>Some sign-in ended. May be raised on any thread; handlers return at once.</summary>
    event Action? SignInsChanged;

    /// <summary>Something about some proposal changed. May be raised on any thread; handlers return at once.</summary>
    event Action? ProposalsChanged;

    /// <summary>
    /// Runs one turn. Ends after <see cref="TurnEvent.Finished"/>. Cancelling stops the watching, not
    /// necessarily the turn. Throws only on defects; the page then says that the answer did not arrive.
    /// </summary>
    IAsyncEnumerable<TurnEvent> SendAsync(ConsoleUser user, string conversationId, string text, CancellationToken cancellationToken);

    /// <summary>Earlier turns of one of the person's conversations, oldest first; none when it is not theirs.</summary>
    Task<IReadOnlyList<PastTurn>> HistoryAsync(ConsoleUser user, string conversationId, CancellationToken cancellationToken);

    /// <summary>The person's last conversations, newest first.</summary>
    Task<IReadOnlyList<PastConversation>> RecentAsync(ConsoleUser user, CancellationToken cancellationToken);

    /// <summary>Newest first, all statuses, at most a few hundred.</summary>
    Task<IReadOnlyList<ProposalView>> ListProposalsAsync(ConsoleUser user, CancellationToken cancellationToken);

    /// <summary>
    /// What the person may do about a proposal as it stands, so that buttons can say why they are off. Advice
    /// only: <see cref="DecideAsync"/> checks again. Called on every render, so it must not do I/O.
    /// </summary>
    DecisionStanding StandingOf(ConsoleUser user, ProposalView proposal);

    /// <summary>
    /// Takes the decision and, when it was the last one needed, executes. The view that comes back may already
    /// be executed, failed or stale.
    /// </summary>
    /// <param name="hash">The hash of what the person saw.</param>
    /// <param name="reason">Given when rejecting.</param>
    Task<Outcome<ProposalView>> DecideAsync(ConsoleUser user, string proposalId, string hash, bool approve, string? reason, CancellationToken cancellationToken);

    /// <summary>Names of the queues whose tickets this person reads, in the policy's order; no I/O.</summary>
    IReadOnlyList<string> QueuesOf(ConsoleUser user);

    /// <summary>Open tickets of one of those queues, the longest waiting first; refused for another queue.</summary>
    /// <param name="skip">How many of earlier pages.</param>
    Task<Outcome<QueuePage>> ListTicketsAsync(ConsoleUser user, string queue, int skip, CancellationToken cancellationToken);

    /// <summary>Opens the form for a customer's billing details, for who may propose what is filled in.</summary>
    Task<Outcome<BillingFormView>> OpenBillingFormAsync(ConsoleUser user, string customerId, CancellationToken cancellationToken);

    /// <summary>Makes proposals of what was filled in; nothing is written.</summary>
    /// <param name="conversationId">Where the person hears how it ended.</param>
    Task<Outcome<IReadOnlyList<ProposalView>>> FillBillingFormAsync(ConsoleUser user, BillingFormFilled filled, string conversationId, CancellationToken cancellationToken);
}

/// <summary>Who is signed in at this page.</summary>
/// <param name="Tenant">Id of the tenant they work for.</param>
/// <param name="Session">This sign-in, which another tab may end.</param>
public sealed record ConsoleUser(Person Person, string Tenant, string Session);

/// <summary>What a person may do about a proposal.</summary>
/// <param name="Why">Why not, in a sentence for people; null when both are allowed.</param>
/// <param name="ApprovalsNeeded">How many different people must approve, 1 or 2.</param>
public sealed record DecisionStanding(bool MayApprove, bool MayReject, string? Why, int ApprovalsNeeded);

/// <summary>What the page shows of the installation.</summary>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Account">Stripe account id.</param>
/// <param name="Mode">Whether money is real.</param>
/// <param name="Model">Model as shown: <c>rules</c>, <c>openai:gpt-…</c>.</param>
/// <param name="SuggestedQuestions">Up to three, shown before the first message.</param>
/// <param name="Tenants">Every tenant that the local picker can choose.</param>
/// <param name="People">People for the local picker, which posts to <c>/auth/local</c>; null when sign-in is real.</param>
/// <param name="SignInUrl">Where to send someone who is not signed in; null with the local picker.</param>
/// <param name="SignOutUrl">Receives a form POST with an antiforgery token; null hides the button.</param>
public sealed record ConsoleInfo(
    string Tenant,
    string Account,
    ConsoleMode Mode,
    string Model,
    IReadOnlyList<string> SuggestedQuestions,
    IReadOnlyList<string> Tenants,
    IReadOnlyList<Person>? People,
    string? SignInUrl = null,
    string? SignOutUrl = null);

/// <summary>Which Stripe is behind the console.</summary>
public enum ConsoleMode
{
    /// <summary>The embedded one: nothing is real.</summary>
    Sandbox,

    /// <summary>Stripe with test keys.</summary>
    Test,

    /// <summary>Stripe with live keys: money moves.</summary>
    Live,
}
