using BillingCopilot.Sandbox.Worlds.Lumen;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>The worlds there are.</summary>
public static class WorldCatalog
{
    /// <summary>Sizes, and how many customers each has.</summary>
    public static IReadOnlyDictionary<string, int> Sizes { get; } =
        new Dictionary<string, int> { ["small"] = 68, ["medium"] = 300, ["large"] = 1500 };

    /// <summary>World names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["lumen"];

    /// <summary>Generates a world; the same arguments give the same bytes.</summary>
    /// <exception cref="ArgumentException">Unknown name or size; the message lists the known ones.</exception>
    public static World Build(string name, int seed, string size)
    {
        if (!Names.Contains(name))
        {
            throw new ArgumentException($"Unknown world '{name}'. Known worlds: {string.Join(", ", Names)}.", nameof(name));
        }

        return Sizes.TryGetValue(size, out var customers)
            ? LumenWorld.Build(seed, size, customers)
            : throw new ArgumentException($"Unknown size '{size}'. Known sizes: {string.Join(", ", Sizes.Keys)}.", nameof(size));
    }
}
