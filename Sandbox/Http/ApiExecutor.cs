using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Faults;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Carries one API request from its text to its answer. Runs under the state's gate.</summary>
internal sealed class ApiExecutor(SandboxState state, Router router, Authentication authentication, RateLimits limits, Committer committer)
{
    private const int LongestKept = 200_000;

    public ApiAnswer Execute(ApiRequest request)
    {
        try
        {
            return Answer(request);
        }
        catch (ApiError error)
        {
            return new ApiAnswer(error.Status, Json.Text(error.ToJson(request.RequestId)));
        }
    }

    private ApiAnswer Answer(ApiRequest request)
    {
        var key = authentication.Identify(request.Authorization);
        CheckAccount(request, key);
        var (endpoint, route) = router.Find(request.Method, request.Path) ?? throw new ApiError(
            404, $"Unrecognized request URL ({request.Method}: {request.Path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.");
        Authentication.Require(key, endpoint.Permission, state.Account.AccountId);
        var raw = FormParser.Parse(request.Query, request.Body);
        if (request.Method != "POST" || request.IdempotencyKey is not { Length: > 0 } idempotencyKey)
        {
            return Run(request, endpoint, route, raw, key);
        }

        return Replay(request, raw, idempotencyKey) ?? RunOnce(request, endpoint, route, raw, key, idempotencyKey);
    }

    private void CheckAccount(ApiRequest request, SandboxKey key)
    {
        if (request.Account is { } account && account != state.Account.AccountId
            && ((string?)state.Account.Find(account)?["object"] != "account" || state.Account.Find(account)!["deleted"] is not null))
        {
            throw ApiError.NoAccess(account, key.Secret[..8]);
        }
    }

    private ApiAnswer? Replay(ApiRequest request, JsonObject raw, string key)
    {
        if (key.Length > 255)
        {
            throw ApiError.Invalid("Idempotency keys must be 255 characters or less.", "idempotency_key");
        }

        var account = request.Account ?? state.Account.AccountId;
        if (state.Idempotency.IsRunning(account, key))
        {
            throw new ApiError(
                409,
                $"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): {key}. Please try again later.",
                "idempotency_key_in_use") { Type = "idempotency_error" };
        }

        if (state.Idempotency.Find(account, key, state.Clock.Now) is not { } saved)
        {
            return null;
        }

        if ((string)saved["fingerprint"]! != Fingerprint(request, raw))
        {
            throw new ApiError(
                400,
                $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.")
            { Type = "idempotency_error" };
        }

        committer.CountReplay();
        return new ApiAnswer((int)saved["status"]!, (string)saved["body"]!, (string)saved["request"]!);
    }

    private ApiAnswer RunOnce(
        ApiRequest request, Operation endpoint, Dictionary<string, string> route, JsonObject raw, SandboxKey key, string idempotencyKey)
    {
        var account = request.Account ?? state.Account.AccountId;
        state.Idempotency.Begin(account, idempotencyKey);
        try
        {
            return Run(request, endpoint, route, raw, key) with
            {
                Release = () => state.Idempotency.End(account, idempotencyKey),
            };
        }
        catch
        {
            state.Idempotency.End(account, idempotencyKey);
            throw;
        }
    }

    private ApiAnswer Run(ApiRequest request, Operation endpoint, Dictionary<string, string> route, JsonObject raw, SandboxKey key)
    {
        var args = new Args(Validate(endpoint, raw));
        var unit = state.Begin(TestClocks.Now(state.Account, route, args.Values));
        var effect = new Effect(request, endpoint, key, Fingerprint(request, raw));
        try
        {
            var result = unit.As(request.Account, () => endpoint.Run(new Call(request.Path, route, args, unit)));
            if (limits.TakeInvoices(unit) is { } reason)
            {
                throw Refusals.TooMany(reason);
            }

            var shown = View.Of(result);
            new Expander(state.Account).Expand(shown, args.Texts("expand"));
            return committer.Commit(unit, effect, result, new ApiAnswer(200, Json.Text(shown)));
        }
        catch (ApiError error)
        {
            return Fail(unit, effect, error);
        }
        catch
        {
            unit.RollBack();
            throw;
        }
    }

    private ApiAnswer Fail(UnitOfWork unit, Effect effect, ApiError error)
    {
        if (!error.KeepsEffects)
        {
            unit.RollBack();
        }

        var answer = new ApiAnswer(error.Status, Json.Text(error.ToJson(effect.Request.RequestId))) { RateLimitedReason = error.RateLimitedReason };
        return error.KeepsEffects || error.IsSavedForReplay ? committer.Commit(unit, effect, null, answer) : answer;
    }

    private static JsonObject Validate(Operation endpoint, JsonObject raw)
    {
        try
        {
            return endpoint.Spec.Validate(raw);
        }
        catch (ApiError error) when (error.Code == "parameter_unknown" && KnownParameters.Has(endpoint, error.Param!))
        {
            throw KnownParameters.Refusal(endpoint, error.Param!);
        }
    }

    /// <summary>What tells two requests of one key apart. Long ones (uploads) by their digest, since it is kept.</summary>
    private static string Fingerprint(ApiRequest request, JsonObject raw)
    {
        var sent = raw.ToJsonString();
        return $"{request.Method} {request.Path} {(sent.Length <= LongestKept ? sent : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sent))))}";
    }
}
