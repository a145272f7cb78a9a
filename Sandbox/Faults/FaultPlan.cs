using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Faults;

/// <summary>A planned misbehaviour of the API.</summary>
/// <param name="Match">Method and path prefix, such as <c>POST /v1/credit_notes</c>; <c>*</c> stands for anything.</param>
/// <param name="Kind">500_before, 500_after, 429, cut_before, cut_after or slow.</param>
/// <param name="DelayMs">For slow: how long the answer waits after the effect.</param>
internal sealed record Fault(string Match, string Kind, int DelayMs)
{
    public static readonly string[] Kinds = ["500_before", "500_after", "429", "cut_before", "cut_after", "slow"];

    public int Left { get; set; }

    public JsonObject Show() => new()
    {
        ["match"] = Match,
        ["kind"] = Kind,
        ["delay_ms"] = DelayMs,
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
