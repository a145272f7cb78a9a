using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Journal;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>The request behind a set of changes.</summary>
internal sealed record Effect(ApiRequest Request, Operation Endpoint, SandboxKey Key, string Fingerprint);

/// <summary>Makes changes last: one journal line with objects, ledger entry and saved answer, then the webhooks.</summary>
internal sealed class Committer(SandboxState state, JournalFile? journal, WebhookDispatcher webhooks)
{
    public const string InternalError =
        """{"error":{"message":"An unknown error occurred","type":"api_error"}}""";

    public ApiAnswer Commit(UnitOfWork unit, Effect effect, JsonObject? result, ApiAnswer answer)
    {
        if (effect.Request.Fault?.Kind == "500_after")
        {
            answer = new ApiAnswer(500, InternalError);
        }

        var events = EventWriter.Write(unit, effect.Request.RequestId, effect.Request.IdempotencyKey);
        var entry = Changes(unit);
        if (unit.Changes.Any() && effect.Endpoint.Effect is not null)
        {
            entry[result is null ? "declined" : "effect"] = Describe(effect, result);
        }

        if (effect.Request.Method == "POST" && effect.Request.IdempotencyKey is { Length: > 0 })
        {
            entry["saved"] = Saved(effect, answer);
        }

        Write(entry);
        state.Account.Settle();
        webhooks.Enqueue(events);
        return answer;
    }

    /// <summary>Makes changes last that no API request made.</summary>
    /// <param name="withClock">Keep the clock with them: a restart goes on from here.</param>
    public void Commit(UnitOfWork unit, IReadOnlyList<JsonObject> events, bool withClock = false)
    {
        var entry = Changes(unit);
        if (withClock)
        {
            entry["clock"] = state.Clock.Save();
        }

        Write(entry);
        state.Account.Settle();
        webhooks.Enqueue(events);
    }

    public void CountReplay() => Write(new JsonObject { ["replays"] = 1 });

    /// <summary>Keeps the clock after it was set; deliveries may have fallen due.</summary>
    public void SaveClock()
    {
        Write(new JsonObject { ["clock"] = state.Clock.Save() });
        webhooks.ClockMoved();
    }

    private JsonObject Changes(UnitOfWork unit)
    {
        var entry = new JsonObject();
        if (unit.Changes.Any())
        {
            entry["account"] = state.Account.AccountId;
            entry["ids"] = state.Ids.Count;
            // Only a journal needs the objects: they are in place already.
            entry["puts"] = journal is null ? null : new JsonArray([.. unit.Changes.Select(c => unit.State.Find(c.Id)!.DeepClone())]);
            foreach (var (id, _) in unit.Changes)
            {
                state.Due.Note(unit.State.Find(id)!);
            }

            if (unit.Changes.Any(c => c.Id == BillingSettings.Id))
            {
                state.Due.Load(state.Account);
            }
        }

        return entry;
    }

    private void Write(JsonObject entry)
    {
        if (entry.Count == 0)
        {
            return;
        }

        journal?.Append(entry);
        // The objects are in place already; the rest of the line is taken in as a restart would.
        entry.Remove("puts");
        state.Apply(entry);
    }

    private JsonObject Describe(Effect effect, JsonObject? result) => new()
    {
        ["seq"] = state.Ledger.NextSequence,
        ["at"] = state.Clock.Now.ToUnixTimeSeconds(),
        ["method"] = effect.Request.Method,
        ["path"] = effect.Request.Path,
        ["effect"] = effect.Endpoint.Effect,
        ["object"] = result?["id"]?.DeepClone(),
        ["kind"] = result?["object"]?.DeepClone(),
        ["key"] = effect.Key.Name,
        ["idempotency_key"] = effect.Request.IdempotencyKey,
        ["request"] = effect.Request.RequestId,
        ["amount"] = (result?["amount"] ?? result?["total"])?.DeepClone(),
        ["currency"] = result?["currency"]?.DeepClone(),
        ["account"] = effect.Request.Account ?? state.Account.AccountId,
        ["metadata"] = result?["metadata"]?.DeepClone(),
    };

    private JsonObject Saved(Effect effect, ApiAnswer answer) => new()
    {
        ["account"] = effect.Request.Account ?? state.Account.AccountId,
        ["key"] = effect.Request.IdempotencyKey,
        ["fingerprint"] = effect.Fingerprint,
        ["status"] = answer.Status,
        ["body"] = answer.Body,
        ["request"] = effect.Request.RequestId,
        ["at"] = state.Clock.Now.ToUnixTimeSeconds(),
    };
}
