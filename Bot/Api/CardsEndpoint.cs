using BillingCopilot.Billing;
using BillingCopilot.Bot.Cards;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Slack;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Teams;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Api;

/// <summary>A proposal as the card of a chat, and the press of one of its buttons.</summary>
public static class CardsEndpoint
{
    public static void MapCards(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/proposals/{id}/card", GetAsync);
        routes.MapPost("/cards/press", PressAsync);
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, string id, ProposalBook book, ProposalSight sight, PeopleDirectory people, BusinessClock clock, CardButtons buttons, string? channel)
    {
        var caller = ApiGate.Caller(http);
        if (channel is not ("teams" or "slack"))
        {
            return ApiError.Result(400, "invalid_channel", $"channel is '{channel}'.", "Use teams or slack.");
        }

        if (await book.FindAsync(caller.Tenant.Context, id, http.RequestAborted) is not { } found)
        {
            return ApiError.Result(404, "unknown_proposal", $"There is no proposal '{id}'.", "GET /api/proposals lists those there are.");
        }

        // What is not shown can't be approved; what people filled into a form no chat shows.
        var card = ChatCard.Of(sight.InChat(found), people.All, clock.UtcNow);
        card = sight.IsPersonal(found) ? card with { Whole = false } : card;
        return Results.Json(channel == "teams" ? AdaptiveCards.Of(card, ButtonsOf) : BlockKit.Of(card, ButtonsOf), ApiJson.Options);

        CardButtonIds ButtonsOf(bool whole) => new(whole ? Seal(approve: true) : null, Seal(approve: false));

        string Seal(bool approve) => buttons.Seal(new CardButton(caller.Tenant.Context.Id, found.Id, found.Hash, approve));
    }

    private static Task<IResult> PressAsync(HttpContext http, CardButtons buttons, Decisions decisions, ProposalSight sight) => ApiBody.WithAsync<PressRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        if (buttons.Open(request.Button ?? "") is not { } button || button.Tenant != caller.Tenant.Context.Id)
        {
            return ApiError.Result(400, "unknown_button", "button is none of a card that was shown here.", "Send it as the card carries it; GET /api/proposals/{id}/card makes a new card.");
        }

        if (!button.Approve && string.IsNullOrWhiteSpace(request.Reason))
        {
            return ApiError.Result(400, "missing_reason", "reason is missing.", "Say why it is rejected: the requester and the agent are told.");
        }

        var outcome = await decisions.DecideAsync(caller.Tenant, caller.Person, button.Proposal, button.Hash, button.Approve, request.Reason, "api", http.RequestAborted);
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    });
}

/// <param name="Button">What the button carries.</param>
/// <param name="Reason">Why it is rejected, needed for that.</param>
public sealed record PressRequest(string? Button, string? Reason);
