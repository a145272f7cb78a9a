using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Faults;

/// <summary>A planned misbehaviour of the API.</summary>
/// <param name="Match">Method and path prefix, such as <c>POST /v1/credit_notes</c>; <c>*</c> stands for anything.</param>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="DelayMs">For slow: milliseconds from the effect to the first byte of the answer.</param>
/// <param name="Reason">For 429: the value of <c>Stripe-Rate-Limited-Reason</c>.</param>
internal sealed record Fault(string Match, string Kind, int DelayMs, string Reason = "global-rate")
{
    /// <summary>Before: no effect. During and after: the effect happened, half or nothing of the answer arrives.</summary>
    public static readonly string[] Kinds =
        ["500_before", "500_after", "429", "lock_timeout", "cut_before", "cut_during", "cut_after", "slow"];

    /// <summary>The reasons that Stripe documents.</summary>
    public static readonly string[] Reasons =
        ["global-rate", "global-concurrency", "endpoint-rate", "endpoint-concurrency", "resource-specific"];

    public int Left { get; set; }

    public JsonObject Show() => new()
    {
        ["match"] = Match,
        ["kind"] = Kind,
        ["delay_ms"] = DelayMs,
        ["reason"] = Kind == "429" ? Reason : null,
        ["times"] = Left,
    };
}

/// <summary>The faults still to happen, in the order they were planned.</summary>
internal sealed class FaultPlan
{
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> All => _faults;

    public void Add(Fault fault) => _faults.Add(fault);

    public void Clear() => _faults.Clear();

    /// <summary>The fault this request meets, used up by one.</summary>
    public Fault? Take(string method, string path)
    {
        var fault = _faults.Find(f => Matches(f.Match, $"{method} {path}"));
        if (fault is not null && --fault.Left <= 0)
        {
            _faults.Remove(fault);
        }

        return fault;
    }

    private static bool Matches(string pattern, string request)
    {
        var position = 0;
        var parts = pattern.Split('*');
        if (!request.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var part in parts)
        {
            var found = request.IndexOf(part, position, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            position = found + part.Length;
        }

        return true;
    }
}
