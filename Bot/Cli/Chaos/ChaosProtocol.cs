using System.Text.Json;

namespace BillingCopilot.Bot.Cli.Chaos;

/// <summary>What the harness writes to a process that it may kill: first this, as one line of JSON.</summary>
/// <param name="Stripe">The sandbox.</param>
/// <param name="Node">Name of the copilots among those of their databases.</param>
/// <param name="Copilots">One for each database.</param>
internal sealed record ChaosPlan(string Stripe, string Node, int LeaseSeconds, IReadOnlyList<ChaosDatabase> Copilots)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static ChaosPlan Read(string line) => JsonSerializer.Deserialize<ChaosPlan>(line)!;
}

/// <param name="Folder">The copilot's files, its SQLite database among them.</param>
/// <param name="Connection">PostgreSQL's connection string; null for SQLite.</param>
internal sealed record ChaosDatabase(string Folder, string? Connection)
{
    public string Path => System.IO.Path.Combine(Folder, "copilot.db");
}

/// <summary>The lines that follow, one a word and its values: both ways between the harness and its process.</summary>
internal static class ChaosLine
{
    private const string Prefix = "chaos ";

    /// <summary>To the harness: all copilots serve; their addresses.</summary>
    public const string Ready = "ready";

    /// <summary>To the harness: a copilot reached a boundary while it was recorded.</summary>
    public const string Reached = "reached";

    /// <summary>To the harness: a copilot stands at its boundary.</summary>
    public const string Stopped = "stopped";

    /// <summary>To the process: a copilot is to stop at a boundary when it reaches it for the nth time.</summary>
    public const string Arm = "arm";

    /// <summary>To the process: the first copilot is to say each boundary that it reaches from now on.</summary>
    public const string Record = "record";

    public static string Of(string word, params object[] values) => $"{Prefix}{word} {string.Join(' ', values)}".TrimEnd();

    /// <summary>Null for a line of a log.</summary>
    public static (string Word, string[] Values)? Read(string line) =>
        line.StartsWith(Prefix, StringComparison.Ordinal) && line[Prefix.Length..].Split(' ') is [var word, .. var values] ? (word, values) : null;
}
