using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Proposals;

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
    }

    private static async Task<IResult> ListAsync(HttpContext http, ProposalBook book, string? status, string? limit)
    {
        var wanted = default(ProposalStatus?);
        if (status is not null)
        {
            if (!Enum.TryParse<ProposalStatus>(status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            {
                return ApiError.Result(400, "invalid_status", $"status '{status}' is unknown.", "Use pending, approved, executing, executed, failed, rejected, expired, stale or needs_reconcile.");
            }

            wanted = parsed;
        }

        var most = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MaxLimit))
        {
            return ApiError.Result(400, "invalid_limit", $"limit is '{limit}'.", $"Use a whole number from 1 to {MaxLimit}.");
        }

        var found = await book.ListAsync(ApiGate.Caller(http).Tenant.Context, wanted, most, http.RequestAborted);
        return Results.Json(new { data = found }, ApiJson.Options);
    }

    private static async Task<IResult> GetAsync(HttpContext http, ProposalBook book, string id) =>
        await book.FindAsync(ApiGate.Caller(http).Tenant.Context, id, http.RequestAborted) is { } found
            ? Results.Json(found, ApiJson.Options)
            : ApiError.Result(404, "unknown_proposal", $"There is no proposal '{id}'.", "GET /api/proposals lists those there are.");

    private static async Task<IResult> DecideAsync(HttpContext http, string id, Decisions decisions)
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

        var outcome = await decisions.DecideAsync(
            caller.Tenant, caller.Person, id, request.Hash, request.Decision == "approve", request.Reason, "api", http.RequestAborted);
        return outcome switch
        {
            Outcome<ProposalView>.Ok ok => Results.Json(ok.Value, ApiJson.Options),
            Outcome<ProposalView>.Refused { Refusal: var r } => ApiError.Result(StatusOf(r.Code), r.Code, r.Message, r.Remedy, r.RequestId),
            _ => throw new InvalidOperationException("An outcome is either ok or refused."),
        };
    }

    private static int StatusOf(string code) => code switch
    {
        "not_found" => StatusCodes.Status404NotFound,
        "not_allowed" or "self_approval" or "no_sign_in" => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status409Conflict,
    };
}

/// <param name="Decision"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Hash">Hash of the proposal as it was shown.</param>
/// <param name="Reason">Why it is rejected; reaches the requester.</param>
public sealed record DecisionRequest(string? Decision, string? Hash, string? Reason);
