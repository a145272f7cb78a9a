using Xunit;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Files of the repository, and the generated blocks in them.</summary>
internal static class Files
{
    public static string Of(string path) => Path.Combine(Root(), path);

    /// <summary>The lines between the markers of a block.</summary>
    public static List<string> Block(string text, string name) =>
        [.. text.Split('\n').SkipWhile(l => l != Start(name)).Skip(3).TakeWhile(l => l != End(name))];

    /// <summary>The text with other lines in a block; the two lines of a table's head stay.</summary>
    public static string Replace(string text, string name, IEnumerable<string> rows)
    {
        var lines = text.Split('\n').ToList();
        var (start, end) = (lines.IndexOf(Start(name)), lines.IndexOf(End(name)));
        return string.Join('\n', lines.Take(start + 3).Concat(rows).Concat(lines.Skip(end)));
    }

    /// <summary>The nearest folder upwards that holds a path; null when there is none.</summary>
    public static string? Upwards(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, path)))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    private static string Root() => Environment.GetEnvironmentVariable("BILLINGCOPILOT_ROOT") ?? Upwards("BillingCopilot.sln")!;

    private static string Start(string name) => $"<!-- {name} -->";

    private static string End(string name) => $"<!-- end of {name} -->";
}

/// <summary>A test that needs Stripe's published fixtures: in BILLINGCOPILOT_STRIPE_DATA, or in shared/data/stripe beside the repository.</summary>
internal sealed class StripeDataFactAttribute : FactAttribute
{
    private const string Beside = "shared/data/stripe";

    public StripeDataFactAttribute()
    {
        if (Folder is null)
        {
            Skip = "Stripe's published fixtures are not here: set BILLINGCOPILOT_STRIPE_DATA to the folder of fixtures3.json.";
        }
    }

    public static string? Folder { get; } = Environment.GetEnvironmentVariable("BILLINGCOPILOT_STRIPE_DATA")
        ?? (Files.Upwards(Beside) is { } parent ? Path.Combine(parent, Beside) : null);
}
