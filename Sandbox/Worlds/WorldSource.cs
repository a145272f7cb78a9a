namespace BillingCopilot.Sandbox.Worlds;

/// <summary>Makes the world that the options ask for.</summary>
internal static class WorldSource
{
    /// <summary>Part of a journal's header, which holds changes of objects by id: raised whenever the ids of a world change.</summary>
    public const int GeneratorVersion = 4;

    public static World Create(SandboxOptions options)
    {
        try
        {
            return WorldCatalog.Build(options.World, options.Seed, options.Size, options.CacheDirectory ?? Beside(options));
        }
        catch (ArgumentException error)
        {
            throw new SandboxStartException($"{error.Message.Split(" (Parameter")[0]} Set --world or --size.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SandboxStartException($"The world's file cannot be kept: {error.Message} Set --cache to a folder that can be written.", error);
        }
    }

    // The first start of a small world does not wait for a file.
    private static string? Beside(SandboxOptions options) =>
        options.Size == "small" || options.DataDirectory is null ? null : Path.Combine(options.DataDirectory, "worlds");
}
