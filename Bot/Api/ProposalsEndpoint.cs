using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Reconcile;

namespace BillingCopilot.Bot.Api;

/// <summary><c>/api/proposals</c>: what waits for a decision, and the decision.</summary>
public static class ProposalsEndpoint
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    public static void MapProposals(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/proposals", ListAsync);
        routes.MapGet("/proposals/{id}", GetAsync);
        routes.MapPost("/proposals/{id}/decision", DecideAsync);
        routes.MapPost("/proposals/{id}/edit", EditAsync);
        routes.MapPost("/proposals/{id}/undo", UndoAsync);
        routes.MapPost("/proposals/{id}/reconcile", ReconcileAsync);
        routes.MapPost("/proposals/{id}/settle", SettleAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ProposalBook book, ProposalSight sight, string? status, string? limit, bool? mine)
    {
        var wanted = default(ProposalStatus?);
        if (status is not null)
        {
            if (!StatusWord.TryRead(status, out var parsed))
            {
                return ApiError.Result(400, "invalid_status", $"status '{status}' is unknown.", $"Use one of {StatusWord.All}.");
            }

            wanted = parsed;
        }

        var most = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MaxLimit))
        {
            return ApiError.Result(400, "invalid_limit", $"limit is '{limit}'.", $"Use a whole number from 1 to {MaxLimit}.");
        }

        var caller = ApiGate.Caller(http);
        ProposalView[] found = [.. (await book.ListAsync(caller.Tenant.Context, wanted, most, http.RequestAborted)).Select(p => sight.Of(p, caller.Person))];
        return Results.Json(new { data = mine == true ? [.. found.Where(p => p.RequestedBy == caller.Person.Id)] : found }, ApiJson.Options);
    }

    private static async Task<IResult> GetAsync(HttpContext http, ProposalBook book, ProposalSight sight, string id) =>
        await book.FindAsync(ApiGate.Caller(http).Tenant.Context, id, http.RequestAborted) is { } found
            ? Results.Json(sight.Of(found, ApiGate.Caller(http).Person), ApiJson.Options)
            : ApiError.Result(404, "unknown_proposal", $"There is no proposal '{id}'.", "GET /api/proposals lists those there are.");

    private static async Task<IResult> DecideAsync(HttpContext http, string id, Decisions decisions, ProposalSight sight)
    {
        var (request, wrong) = await ApiBody.ReadAsync<DecisionRequest>(http);
        if (wrong is not null)
        {
            return wrong;
        }

        var caller = ApiGate.Caller(http);
        if (request?.Decision is not ("approve" or "reject"))
        {
            return ApiError.Result(400, "invalid_decision", $"decision is '{request?.Decision}'.", "Send \"approve\" or \"reject\".");
        }

        if (string.IsNullOrEmpty(request.Hash))
        {
            return ApiError.Result(400, "missing_hash", "hash is missing.", "Send the hash of the proposal that was shown: a decision binds to it.");
        }

        if (request.Decision == "reject" && string.IsNullOrWhiteSpace(request.Reason))
        {
            return ApiError.Result(400, "missing_reason", "reason is missing.", "Say why it is rejected: the requester and the agent are told.");
        }

        var outcome = await decisions.DecideAsync(
            caller.Tenant, caller.Person, id, request.Hash, request.Decision == "approve", request.Reason, "api", http.RequestAborted);
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    }

    private static Task<IResult> EditAsync(HttpContext http, string id, ProposalEditor editor, ProposalFeed feed, ProposalSight sight) => ApiBody.WithAsync<EditRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        if (string.IsNullOrEmpty(request.Hash))
        {
            return ApiError.Result(400, "missing_hash", "hash is missing.", "Send the hash of the proposal that was shown.");
        }

        var outcome = await editor.EditAsync(caller.Tenant.Context, id, caller.Person, request.Hash, request.Arguments ?? [], request.NotBefore, request.Reason, http.RequestAborted);
        feed.Changed();
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    });

    private static Task<IResult> UndoAsync(HttpContext http, string id, ProposalEditor editor, ProposalFeed feed, ProposalSight sight) => ApiBody.WithAsync<UndoRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        var outcome = await editor.UndoAsync(caller.Tenant.Context, id, caller.Person, request.Reason, http.RequestAborted);
        feed.Changed();
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    });

    private static async Task<IResult> ReconcileAsync(HttpContext http, string id, ReconcileDesk desk, ProposalFeed feed, ProposalSight sight)
    {
        var caller = ApiGate.Caller(http);
        var outcome = await desk.LookAgainAsync(caller.Tenant.Context, id, caller.Person, http.RequestAborted);
        feed.Changed();
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    }

    private static Task<IResult> SettleAsync(HttpContext http, string id, ReconcileDesk desk, ProposalFeed feed, ProposalSight sight) => ApiBody.WithAsync<SettleRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        if (request.Outcome is not ("executed" or "not_done"))
        {
            return ApiError.Result(400, "invalid_outcome", $"outcome is '{request.Outcome}'.", "Send \"executed\" or \"not_done\".");
        }

        var outcome = await desk.SettleAsync(caller.Tenant.Context, id, caller.Person, request.Outcome == "executed", request.Object, request.Note ?? "", http.RequestAborted);
        feed.Changed();
        return ApiError.Of(outcome.Map(p => sight.Of(p, caller.Person)));
    });
}

/// <param name="Hash">Hash of the proposal as it was shown.</param>
/// <param name="Arguments">Arguments to change, as an agent sends them; null takes one out.</param>
/// <param name="NotBefore">Time from which it may be carried out; absent leaves it as it was.</param>
/// <param name="Reason">Why; absent keeps the reason there is.</param>
public sealed record EditRequest(string? Hash, JsonObject? Arguments, DateTimeOffset? NotBefore, string? Reason);

/// <param name="Reason">Why it is undone.</param>
public sealed record UndoRequest(string? Reason);

/// <param name="Outcome"><c>executed</c> or <c>not_done</c>.</param>
/// <param name="Object">What it made or changed, when it did.</param>
/// <param name="Note">What was seen; required.</param>
public sealed record SettleRequest(string? Outcome, string? Object, string? Note);

/// <param name="Decision"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Hash">Hash of the proposal as it was shown.</param>
/// <param name="Reason">Why it is rejected, needed for that; reaches the requester and the agent.</param>
public sealed record DecisionRequest(string? Decision, string? Hash, string? Reason);
