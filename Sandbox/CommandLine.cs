using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Sandbox;

/// <summary>Reads <c>--port 12111 --world lumen --seed 1 --size small --data DIR --cache DIR --documents DIR</c>.</summary>
internal static class CommandLine
{
    private const string Usage =
        "Usage: dotnet run --project Sandbox -- [--port 12111] [--world lumen] [--seed 1] [--size small] [--data DIR] [--cache DIR] [--documents DIR]";

    public static bool TryRead(
        string[] args, [NotNullWhen(true)] out SandboxOptions? options, out string? documents, out string? problem)
    {
        (options, documents, problem) = (new SandboxOptions { Port = 12111 }, null, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            problem = value is null ? $"Option {args[i]} needs a value." : Set(ref options, ref documents, args[i], value);
            if (problem is not null)
            {
                problem += Environment.NewLine + Usage;
                options = null;
                return false;
            }
        }

        return true;
    }

    public static async Task WriteDocumentsAsync(World world, string directory)
    {
        foreach (var document in world.Documents.Concat(world.Files))
        {
            var path = Path.Combine(directory, document.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, document.Text);
        }
    }

    private static string? Set(ref SandboxOptions options, ref string? documents, string name, string value)
    {
        switch (name)
        {
            case "--port" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535:
                options = options with { Port = port };
                return null;
            case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed):
                options = options with { Seed = seed };
                return null;
            case "--world":
                options = options with { World = value };
                return null;
            case "--size":
                options = options with { Size = value };
                return null;
            case "--data":
                options = options with { DataDirectory = value };
                return null;
            case "--cache":
                options = options with { CacheDirectory = value };
                return null;
            case "--documents":
                documents = value;
                return null;
            case "--port" or "--seed":
                return $"Option {name} needs a whole number, not '{value}'.";
            default:
                return $"Unknown option {name}.";
        }
    }
}
