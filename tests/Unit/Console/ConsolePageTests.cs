using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.WebConsole;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.BillingForm;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.ConsoleTests;

/// <summary>The page as the server first sends it.</summary>
public sealed class ConsolePageTests : IAsyncLifetime
{
    private static readonly Person Sam = new("sam", "Sam <i>Ortega</i>", ["support"]);
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    public ConsolePageTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConsoleBackend, OneProposal>();
        builder.Services.AddConsole();
        _app = builder.Build();
        _app.Use((http, next) =>
        {
            http.User = http.Request.Headers.ContainsKey("X-Test-Sam")
                ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Sam.Id), new Claim(ClaimTypes.Name, Sam.Name)], "test"))
                : http.User;
            return next(http);
        });
        _app.MapConsole();
    }

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.First());
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Page_NobodySignedIn_OffersPeopleAndShowsNoProposal()
    {
        var html = await _http.GetStringAsync("/");
        html.ShouldContain("action=\"/auth/local\"");
        html.ShouldContain("__RequestVerificationToken");
        html.ShouldNotContain("Refund $1.00");
    }

    [Fact]
    public async Task Page_SignedIn_ShowsUntrustedTextAsTextAndWhyButtonsAreOff()
    {
        _http.DefaultRequestHeaders.Add("X-Test-Sam", "1");
        var html = WebUtility.HtmlDecode(await _http.GetStringAsync("/"));
        var raw = await _http.GetStringAsync("/");
        raw.ShouldNotContain("<script>alert");
        raw.ShouldNotContain("<i>Ortega");
        raw.ShouldNotContain("\u202E");
        html.ShouldContain("<script>alert(1)</script>gnp");
        html.ShouldContain("AI-written reason");
        html.ShouldContain("Only finance decides on refunds.");
    }

    [Fact]
    public async Task Page_Headers_AllowOnlyThisServer()
    {
        using var response = await _http.GetAsync(new Uri("/", UriKind.Relative));
        response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldStartWith("default-src 'self';");
    }

    [Fact]
    public async Task Page_Assets_AllComeFromThisServer()
    {
        var html = await _http.GetStringAsync("/");
        html.ShouldNotContain("=\"http");
        foreach (System.Text.RegularExpressions.Match asset in System.Text.RegularExpressions.Regex.Matches(html, "<(?:link|script|img)[^>]*(?:href|src)=\"([^\"]+)\""))
        {
            using var response = await _http.GetAsync(new Uri(asset.Groups[1].Value, UriKind.Relative));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, asset.Value);
        }
    }

    private sealed class OneProposal : IConsoleBackend
    {
        public ConsoleUser? UserOf(ClaimsPrincipal principal) => PersonClaims.Read(principal) is { } person ? new(person, "default", "s") : null;

        public bool IsSignedIn(ConsoleUser user) => true;

        public event Action? SignInsChanged
        {
            add { }
            remove { }
        }


        private static readonly ProposalView Refund = new(
            "prop_1", "default", "issue_refund", Risk.Money, ProposalStatus.Pending, "hash", "Refund $1.00", new JsonObject(),
            new ObjectRef(ObjectKind.Customer, "cus_1"), "<script>alert(1)</script>\u202Egnp", new ObjectRef(ObjectKind.Charge, "ch_1"),
            new Money(100, "usd"), [new PreviewChange("Refunded", "$0.00", "$1.00")], "Final.", "<b>because</b>", "support.v1", "sam", "c", "t",
            Livemode: false, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), [], null, null, null);

        public event Action? ProposalsChanged
        {
            add { }
            remove { }
        }

        public ConsoleInfo InfoFor(ConsoleUser? user) => new("default", "acct_1", ConsoleMode.Sandbox, "rules", ["Why?"], ["default"], [Sam]);

        public DateTimeOffset Now => DateTimeOffset.UnixEpoch;

        public IAsyncEnumerable<TurnEvent> SendAsync(ConsoleUser user, string conversationId, string text, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<PastTurn>> HistoryAsync(ConsoleUser user, string conversationId, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PastTurn>>(conversationId == "c1" ? [new PastTurn("Why <b>so</b>?", null, Running: false)] : []);

        public Task<IReadOnlyList<PastConversation>> RecentAsync(ConsoleUser user, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PastConversation>>([new PastConversation("c1", "Why <b>so</b>?", DateTimeOffset.UnixEpoch)]);

        public Task<IReadOnlyList<ProposalView>> ListProposalsAsync(ConsoleUser user, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ProposalView>>([Refund]);

        public DecisionStanding StandingOf(ConsoleUser user, ProposalView proposal) =>
            new(MayApprove: false, MayReject: false, "Only finance decides on refunds.", 1);

        public IReadOnlyList<string> QueuesOf(ConsoleUser user) => ["billing"];

        public Task<Outcome<QueuePage>> ListTicketsAsync(ConsoleUser user, string queue, int skip, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<BillingFormView>> OpenBillingFormAsync(ConsoleUser user, string customerId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<IReadOnlyList<ProposalView>>> FillBillingFormAsync(ConsoleUser user, BillingFormFilled filled, string conversationId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Outcome<ProposalView>> DecideAsync(ConsoleUser user, string proposalId, string hash, bool approve, string? reason, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
