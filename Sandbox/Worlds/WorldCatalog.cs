using System.Collections.Concurrent;
using BillingCopilot.Sandbox.Worlds.Files;
using BillingCopilot.Sandbox.Worlds.Lumen;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>The worlds there are.</summary>
public static class WorldCatalog
{
    // Whoever else wants the same file waits until it is there.
    private static readonly ConcurrentDictionary<string, Lock> Writing = new(StringComparer.Ordinal);

    /// <summary>Sizes, and how many customers each has at least.</summary>
    public static IReadOnlyDictionary<string, int> Sizes { get; } =
        new Dictionary<string, int> { ["small"] = 60, ["medium"] = 1_000, ["large"] = 20_000 };

    /// <summary>World names.</summary>
    public static IReadOnlyList<string> Names { get; } = [LumenWorld.Name];

    /// <summary>Where the files of the larger worlds are kept when nobody says: this user's folder for local data.</summary>
    public static string DefaultCache { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "billingcopilot", "worlds");

    /// <summary>Which generator made a file: changes with every change of this assembly.</summary>
    internal static string Generator { get; } = typeof(WorldCatalog).Module.ModuleVersionId.ToString("N")[..12];

    /// <summary>
    /// A world; the same name, seed and size give the same bytes. It is built once into a file that later starts open;
    /// the small one is built in memory unless a folder for its file is named.
    /// </summary>
    /// <param name="cache">Folder of the files; null for <see cref="DefaultCache"/>, where the small one has none.</param>
    /// <exception cref="ArgumentException">Unknown name or size; the message lists the known ones.</exception>
    public static World Build(string name, int seed, string size, string? cache = null)
    {
        if (!Names.Contains(name))
        {
            throw new ArgumentException($"Unknown world '{name}'. Known worlds: {string.Join(", ", Names)}.", nameof(name));
        }

        if (!Sizes.ContainsKey(size))
        {
            throw new ArgumentException($"Unknown size '{size}'. Known sizes: {string.Join(", ", Sizes.Keys)}.", nameof(size));
        }

        return size == "small" && cache is null ? LumenWorld.Build(seed, size) : Open(name, seed, size, cache ?? DefaultCache);
    }

    private static World Open(string name, int seed, string size, string cache)
    {
        cache = Path.GetFullPath(cache);
        var path = Path.Combine(cache, $"{name}-{seed}-{size}-{Generator}.world");
        lock (Writing.GetOrAdd(path, _ => new Lock()))
        {
            if (WorldFile.Open(path) is { } known)
            {
                return World.Read(known);
            }

            LumenFile.Write(path, seed, size);
            Forget(cache, $"{name}-{seed}-{size}-*.world", path);
            return World.Read(WorldFile.Open(path) ?? throw new IOException($"The world file {path} could not be read back."));
        }
    }

    /// <summary>Deletes the files that earlier generators made of the same world.</summary>
    private static void Forget(string cache, string pattern, string keep)
    {
        foreach (var old in Directory.EnumerateFiles(cache, pattern).Where(file => file != keep))
        {
            try
            {
                File.Delete(old);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another process still serves it.
            }
        }
    }
}
