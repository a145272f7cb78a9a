using System.Text;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>
/// A deterministic generator (SplitMix64) with named sub-streams: a stream drawn by name does not depend on
/// how much was drawn from its parent, so that adding one thing to a world leaves the others as they were.
/// </summary>
public sealed class SeededRandom
{
    private readonly ulong _origin;
    private ulong _state;

    /// <summary>Starts a stream at a seed.</summary>
    public SeededRandom(ulong seed)
    {
        _origin = seed;
        _state = seed;
    }

    /// <summary>A stream of its own for <paramref name="name"/>, the same for the same seed and name.</summary>
    public SeededRandom Stream(string name)
    {
        var hash = 14695981039346656037UL ^ _origin;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ value) * 1099511628211UL);
        }

        return new SeededRandom(Mix(hash));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits() => Mix(_state = unchecked(_state + 0x9E3779B97F4A7C15UL));

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public long Between(long low, long high)
    {
        var span = (ulong)(high - low) + 1;
        return low + (long)Math.BigMul(NextBits(), span, out _);
    }

    /// <summary>True with a probability of <paramref name="percent"/> in 100.</summary>
    public bool Chance(int percent) => Between(1, 100) <= percent;

    /// <summary>One of the items, each equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[(int)Between(0, items.Count - 1)];

    /// <summary>The items in a random order; the argument stays as it is.</summary>
    public List<T> Shuffle<T>(IEnumerable<T> items)
    {
        var result = items.ToList();
        for (var i = result.Count - 1; i > 0; i--)
        {
            var j = (int)Between(0, i);
            (result[i], result[j]) = (result[j], result[i]);
        }

        return result;
    }

    private static ulong Mix(ulong value)
    {
        value = unchecked((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL);
        value = unchecked((value ^ (value >> 27)) * 0x94D049BB133111EBUL);
        return value ^ (value >> 31);
    }
}
