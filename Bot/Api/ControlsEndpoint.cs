using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Rollout;

namespace BillingCopilot.Bot.Api;

/// <summary>Lists signed as one, standing approvals, the kill switch, and how far each operation is let.</summary>
public static class ControlsEndpoint
{
    public static void MapControls(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/batches", OpenBatchAsync);
        routes.MapGet("/batches/{id}", GetBatchAsync);
        routes.MapPost("/batches/{id}/remove", RemoveRowsAsync);
        routes.MapPost("/batches/{id}/decision", SignBatchAsync);
        routes.MapGet("/standing-approvals", ListStandingAsync);
        routes.MapPost("/standing-approvals", SignStandingAsync);
        routes.MapDelete("/standing-approvals/{id}", RevokeStandingAsync);
        routes.MapGet("/kill-switches", ListSwitchesAsync);
        routes.MapPost("/kill-switches", SetSwitchAsync);
        routes.MapGet("/rollout", GetRolloutAsync);
    }

    private static Task<IResult> OpenBatchAsync(HttpContext http, BatchDesk desk, ProposalSight sight) => ApiBody.WithAsync<BatchRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        return string.IsNullOrEmpty(request.Cause)
            ? ApiError.Result(400, "missing_cause", "cause is missing.", "GET /api/proposals names the cause of each proposal.")
            : ApiError.Of((await desk.OpenAsync(caller.Tenant.Context, request.Cause, caller.Person, http.RequestAborted)).Map(b => sight.Of(b, caller.Person)));
    });

    private static async Task<IResult> GetBatchAsync(HttpContext http, string id, BatchDesk desk, ProposalSight sight) =>
        await desk.FindAsync(ApiGate.Caller(http).Tenant.Context, id, http.RequestAborted) is { } found
            ? Results.Json(sight.Of(found, ApiGate.Caller(http).Person), ApiJson.Options)
            : ApiError.Result(404, "not_found", "There is no such list.");

    private static Task<IResult> RemoveRowsAsync(HttpContext http, string id, BatchDesk desk, ProposalSight sight) => ApiBody.WithAsync<RemoveRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        return request.Rows is not { Count: > 0 } rows
            ? ApiError.Result(400, "missing_rows", "rows is missing.", "Send the ids of the proposals to take out.")
            : ApiError.Of((await desk.RemoveAsync(caller.Tenant.Context, id, rows, caller.Person, http.RequestAborted)).Map(b => sight.Of(b, caller.Person)));
    });

    private static Task<IResult> SignBatchAsync(HttpContext http, string id, Decisions decisions, ProposalSight sight) => ApiBody.WithAsync<BatchDecision>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        if (string.IsNullOrEmpty(request.Hash))
        {
            return ApiError.Result(400, "missing_hash", "hash is missing.", "Send the hash of the list that was shown: the signature is under it.");
        }

        var outcome = await decisions.SignAsync(caller.Tenant, caller.Person, id, request.Hash, "api", http.RequestAborted);
        return ApiError.Of(outcome.Map(rows => new { data = sight.Of(rows, caller.Person) }));
    });

    private static async Task<IResult> ListStandingAsync(HttpContext http, StandingDesk desk) =>
        Results.Json(new { data = await desk.ListAsync(ApiGate.Caller(http).Tenant.Context, http.RequestAborted) }, ApiJson.Options);

    private static Task<IResult> SignStandingAsync(HttpContext http, StandingDesk desk) => ApiBody.WithAsync<StandingTermsRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        return request.ToTerms().TryGet(out var terms, out var refusal)
            ? ApiError.Of(await desk.SignAsync(caller.Tenant.Context, terms, caller.Person, "api", http.RequestAborted))
            : ApiError.Result(400, refusal.Code, refusal.Message, refusal.Remedy);
    });

    private static async Task<IResult> RevokeStandingAsync(HttpContext http, string id, StandingDesk desk)
    {
        var caller = ApiGate.Caller(http);
        return ApiError.Of(await desk.RevokeAsync(caller.Tenant.Context, id, caller.Person, http.RequestAborted));
    }

    private static async Task<IResult> ListSwitchesAsync(HttpContext http, KillSwitches switches) =>
        Results.Json(new { data = await switches.ListAsync(ApiGate.Caller(http).Tenant.Context, http.RequestAborted) }, ApiJson.Options);

    private static Task<IResult> SetSwitchAsync(HttpContext http, KillSwitches switches) => ApiBody.WithAsync<SwitchRequest>(http, async request =>
    {
        var caller = ApiGate.Caller(http);
        return request.Stopped is not { } stop
            ? ApiError.Result(400, "missing_stopped", "stopped is missing.", "Send {\"operation\": \"*\", \"stopped\": true}.")
            : ApiError.Of(await switches.SetAsync(caller.Tenant.Context, request.Operation ?? KillSwitches.Everything, stop, caller.Person, request.Reason, http.RequestAborted));
    });

    private static async Task<IResult> GetRolloutAsync(HttpContext http, RolloutPlan plan, OperationCatalog catalog, Breakers breakers, KillSwitches switches)
    {
        var tenant = ApiGate.Caller(http).Tenant.Context;
        return Results.Json(
            new
            {
                operations = catalog.All.Select(o => new { operation = o.Name, phase = plan.PhaseOf(o.Name) }),
                breakers = await breakers.ListAsync(tenant, http.RequestAborted),
                kill_switches = await switches.ListAsync(tenant, http.RequestAborted),
            },
            ApiJson.Options);
    }
}

/// <param name="Cause">The cause that the proposals have in common.</param>
public sealed record BatchRequest(string? Cause);

/// <param name="Rows">Ids of proposals to take out.</param>
public sealed record RemoveRequest(IReadOnlyList<string>? Rows);

/// <param name="Hash">Hash of the list as it was shown.</param>
public sealed record BatchDecision(string? Hash);

/// <param name="Operation">An operation, or <c>*</c>; absent means everything.</param>
public sealed record SwitchRequest(string? Operation, bool? Stopped, string? Reason);

/// <summary>Terms as they are sent: amounts as text with their currency.</summary>
public sealed record StandingTermsRequest(string? Operation, string? Playbook, string? Segment, string? PerUse, string? PerDay, int UsesPerDay, DateTimeOffset? ExpiresAt)
{
    public Outcome<StandingRequest> ToTerms()
    {
        if (string.IsNullOrEmpty(Operation) || ExpiresAt is not { } expires)
        {
            return new Refusal("missing_terms", "operation and expires_at are needed.", "Send {\"operation\", \"uses_per_day\", \"expires_at\"} and, where money moves, \"per_use\" and \"per_day\".");
        }

        return Read(PerUse).TryGet(out var use, out var refusal) && Read(PerDay).TryGet(out var day, out refusal)
            ? new StandingRequest(Operation, Playbook, Segment, use?.Value, day?.Value, UsesPerDay, expires)
            : refusal!;
    }

    private static Outcome<Amount?> Read(string? text) => text is null ? new Outcome<Amount?>.Ok(null) : Money.Parse(text).Map(m => (Amount?)new Amount(m));

    private sealed record Amount(Money Value);
}
