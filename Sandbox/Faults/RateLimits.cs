using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Faults;

/// <summary>
/// Stripe's rate limits, off until switched on: requests a second of the process's time, for an account in all, for
/// each endpoint, for search and for meter events, and new invoices of a subscription.
/// </summary>
internal sealed class RateLimits(TimeProvider clock)
{
    private static readonly Dictionary<string, Limits> Modes = new(StringComparer.Ordinal)
    {
        // https://docs.stripe.com/rate-limits: a sandbox, and live mode.
        ["sandbox"] = new Limits(25, 25, 20, 1_000),
        ["live"] = new Limits(100, 25, 20, 1_000),
    };

    private readonly Dictionary<string, (long Second, int Count)> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<long>> _invoices = new(StringComparer.Ordinal);
    private string _mode = "off";

    private sealed record Limits(int Global, int Endpoint, int Search, int MeterEvents);

    /// <summary>Counts a request; null lets it in, otherwise the value of <c>Stripe-Rate-Limited-Reason</c>.</summary>
    public string? Take(string method, string path, string account)
    {
        if (!Modes.TryGetValue(_mode, out var limits))
        {
            return null;
        }

        // Meter events have a limit of their own and do not count in the account's.
        if (path == "/v1/billing/meter_events")
        {
            return Count($"{account} meter_events", limits.MeterEvents) ? null : "endpoint-rate";
        }

        var endpoint = $"{account} {method} {string.Join('/', path.Split('/').Take(3))}";
        var (name, most) = path.EndsWith("/search", StringComparison.Ordinal) ? ($"{account} search", limits.Search) : (endpoint, limits.Endpoint);
        return !Count(name, most) ? "endpoint-rate" : !Count(account, limits.Global) ? "global-rate" : null;
    }

    public JsonObject Show()
    {
        var shown = new JsonObject { ["mode"] = _mode };
        if (Modes.TryGetValue(_mode, out var limits))
        {
            (shown["global"], shown["endpoint"], shown["search"], shown["meter_events"]) = (limits.Global, limits.Endpoint, limits.Search, limits.MeterEvents);
        }

        return shown;
    }

    /// <summary>Switches to <c>off</c>, <c>sandbox</c> or <c>live</c>.</summary>
    public void Set(string? mode)
    {
        _mode = mode == "off" || Modes.ContainsKey(mode ?? "")
            ? mode!
            : throw ApiError.Invalid($"'{mode}' is no mode: write off, sandbox or live.", "mode");
        _counts.Clear();
        _invoices.Clear();
    }

    /// <summary>
    /// Counts the invoices a request made for subscriptions: ten a minute and twenty a day of world time each. Null
    /// lets them be.
    /// </summary>
    public string? TakeInvoices(UnitOfWork unit)
    {
        if (!Modes.ContainsKey(_mode))
        {
            return null;
        }

        foreach (var made in unit.Changes.Where(c => c.Before is null).Select(c => unit.State.Find(c.Id)!).Where(o => o.Text("object") == "invoice"))
        {
            if (made.TextAt("parent.subscription_details.subscription") is not { } subscription)
            {
                continue;
            }

            var times = _invoices.TryGetValue(subscription, out var known) ? known : _invoices[subscription] = [];
            times.RemoveAll(at => at <= unit.Now - 86_400);
            if (times.Count >= 20 || times.Count(at => at > unit.Now - 60) >= 10)
            {
                return "resource-specific";
            }

            times.Add(unit.Now);
        }

        return null;
    }

    private bool Count(string name, int most)
    {
        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        var (at, count) = _counts.GetValueOrDefault(name);
        count = at == second ? count + 1 : 1;
        _counts[name] = (second, count);
        return count <= most;
    }
}
