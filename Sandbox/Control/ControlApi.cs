using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Faults;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Control;

/// <summary>What people and tests see of a sandbox beside the API: truth, ledger, clock, faults, events.</summary>
internal sealed class ControlApi(SandboxState state, FaultPlan faults, RateLimits limits, WebhookDispatcher webhooks, Committer committer, TimeEngine engine, Router router, SandboxOptions options)
{
    private const string Files = "/_sandbox/files/";

    public ApiAnswer Answer(ApiRequest request)
    {
        try
        {
            if (request is { Method: "POST", Path: "/_sandbox/clock" })
            {
                // Takes the gate a piece at a time.
                return new ApiAnswer(200, Json.Text(SetClock(Body(request))));
            }

            lock (state.Gate)
            {
                engine.CatchUp();
                if (request.Method == "GET" && request.Path.StartsWith(Files, StringComparison.Ordinal))
                {
                    return Uploaded(request.Path[Files.Length..]);
                }

                return new ApiAnswer(200, Json.Text(Route(request)));
            }
        }
        catch (ApiError error)
        {
            return new ApiAnswer(error.Status, Json.Text(error.ToJson(request.RequestId)));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return new ApiAnswer(400, Json.Text(ApiError.Invalid(error.Message).ToJson(request.RequestId)));
        }
    }

    /// <summary>An upload's content; at Stripe its own host gives it to whoever has a key.</summary>
    private ApiAnswer Uploaded(string id) => state.Account.Find(id) is { } file && (string?)file["object"] == "file"
        ? new ApiAnswer(200, "") { File = ((string)file[FileObject.MediaType]!, Convert.FromBase64String((string)file[FileObject.Content]!)) }
        : throw new ApiError(404, $"No such file: {id}");

    private JsonObject Route(ApiRequest request) => (request.Method, request.Path) switch
    {
        ("GET", "/_sandbox/health") => new JsonObject { ["status"] = "ok" },
        ("GET", "/_sandbox/info") => Info(),
        ("GET", "/_sandbox/truth") => (JsonObject)state.World.Truth.DeepClone(),
        ("GET", "/_sandbox/documents") => Documents(),
        ("GET", "/_sandbox/ledger") => state.Ledger.Show(),
        ("GET", "/_sandbox/clock") => ShowClock(),
        ("GET", "/_sandbox/settings") => Settings(BillingSettings.Of(state.Account)),
        ("POST", "/_sandbox/settings") => SetSettings(Body(request)),
        ("POST", "/_sandbox/ask") => Ask(Body(request)),
        ("POST", "/_sandbox/emit") => Emit(Body(request)),
        ("POST", "/_sandbox/balance") => Book(Body(request)),
        ("GET", "/_sandbox/faults") => ShowFaults(),
        ("POST", "/_sandbox/faults") => AddFault(Body(request)),
        ("DELETE", "/_sandbox/faults") => ClearFaults(),
        ("GET", "/_sandbox/rate_limits") => limits.Show(),
        ("POST", "/_sandbox/rate_limits") => SetLimits(Body(request)),
        ("GET", "/_sandbox/webhooks") => webhooks.Plan.Show(),
        ("POST", "/_sandbox/webhooks") => SetDeliveries(Body(request)),
        _ => throw new ApiError(404, $"No such control endpoint: {request.Method} {request.Path}"),
    };

    private static JsonObject Body(ApiRequest request) =>
        request.Body.Length == 0 ? [] : JsonNode.Parse(request.Body)!.AsObject();

    private JsonObject Info() => new()
    {
        ["world"] = options.World,
        ["seed"] = options.Seed,
        ["size"] = options.Size,
        ["now"] = state.Clock.Now.ToUnixTimeSeconds(),
        ["account"] = state.Account.AccountId,
        ["api_version"] = EventWriter.ApiVersion,
        ["endpoints"] = new JsonArray([.. router.Operations.Select(o => $"{o.Method} {o.Template}").Order(StringComparer.Ordinal).Select(endpoint => (JsonNode)endpoint)]),
    };

    private JsonObject Documents() => new()
    {
        ["documents"] = new JsonArray([.. state.World.Documents.Concat(state.World.Files).Select(d => new JsonObject { ["path"] = d.Path, ["text"] = d.Text })]),
    };

    private JsonObject ShowClock()
    {
        var shown = Clock();
        if (engine.Progress() is { } progress)
        {
            shown["advancing"] = progress;
        }

        return shown;
    }

    private JsonObject Clock() => new()
    {
        ["now"] = state.Clock.Now.ToUnixTimeSeconds(),
        ["iso"] = state.Clock.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["frozen"] = state.Clock.IsFrozen,
    };

    private JsonObject SetClock(JsonObject body)
    {
        var freeze = ClockCommand.Freeze(body);
        var passed = engine.Advance(now => ClockCommand.Target(now, body));
        lock (state.Gate)
        {
            if (freeze is { } still)
            {
                state.Clock.Freeze(still);
                committer.SaveClock();
            }

            var shown = Clock();
            shown["passed"] = passed;
            return shown;
        }
    }

    private static JsonObject Settings(BillingSettings settings)
    {
        var shown = settings.ToJson();
        shown.Remove("id");
        shown.Remove("object");
        return shown;
    }

    private JsonObject SetSettings(JsonObject body)
    {
        var wanted = BillingSettings.Of(state.Account).With(body);
        var unit = state.Begin();
        unit.Put(wanted.ToJson());
        committer.Commit(unit, []);
        return Settings(wanted);
    }

    private JsonObject Ask(JsonObject body)
    {
        var id = (string?)body["customer"] ?? throw ApiError.Missing("customer");
        if ((string?)state.Account.Find(id)?["object"] != "customer")
        {
            throw ApiError.NotFound("customer", id, "customer");
        }

        var unit = state.Begin();
        var answer = Payers.Ask(unit, id, (string?)body["by"] ?? throw ApiError.Missing("by"));
        committer.Commit(unit, []);
        return new JsonObject { ["customer"] = id, ["answers_at"] = answer };
    }

    private JsonObject Emit(JsonObject body)
    {
        var type = (string?)body["type"] ?? throw ApiError.Missing("type");
        var id = (string?)body["object"] ?? throw ApiError.Missing("object");
        if (state.Account.Find(id) is null)
        {
            throw ApiError.NotFound("object", id, "object");
        }

        var unit = state.Begin();
        unit.Raise(type, id);
        var events = EventWriter.Write(unit, null, null);
        if (body["previous_attributes"] is JsonObject previous)
        {
            events[0]["data"]!["previous_attributes"] = previous.DeepClone();
        }

        committer.Commit(unit, events);
        return View.Of(events[0]);
    }

    private JsonObject Book(JsonObject body)
    {
        var unit = state.Begin();
        var movement = BookCommand.Run(unit, body);
        committer.Commit(unit, []);
        return View.Of(movement);
    }

    private JsonObject ShowFaults() => new() { ["faults"] = new JsonArray([.. faults.All.Select(f => f.Show())]) };

    private JsonObject AddFault(JsonObject body)
    {
        var kind = (string?)body["kind"] ?? throw ApiError.Missing("kind");
        if (!Fault.Kinds.Contains(kind))
        {
            throw ApiError.Invalid($"Unknown kind '{kind}'. Known: {string.Join(", ", Fault.Kinds)}.", "kind");
        }

        var reason = (string?)body["reason"] ?? Fault.Reasons[0];
        if (!Fault.Reasons.Contains(reason))
        {
            throw ApiError.Invalid($"Unknown reason '{reason}'. Known: {string.Join(", ", Fault.Reasons)}.", "reason");
        }

        faults.Add(new Fault((string?)body["match"] ?? "*", kind, (int?)body["delay_ms"] ?? 1000, reason)
        {
            Left = (int?)body["times"] ?? 1,
        });
        return ShowFaults();
    }

    private JsonObject ClearFaults()
    {
        faults.Clear();
        return ShowFaults();
    }

    private JsonObject SetLimits(JsonObject body)
    {
        limits.Set((string?)body["mode"]);
        return limits.Show();
    }

    // An empty body makes deliveries orderly again and sends what was held back.
    private JsonObject SetDeliveries(JsonObject body)
    {
        webhooks.Plan = DeliveryPlan.Read(body);
        return webhooks.Plan.Show();
    }
}
