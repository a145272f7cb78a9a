using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Prompts;

/// <summary>A Markdown file with YAML front matter, its fragments filled in.</summary>
/// <param name="Path">As shown in messages: <c>prompts/agents/support.v1.md</c>.</param>
/// <param name="Front">Front matter.</param>
/// <param name="Body">Instructions, fragments included.</param>
/// <param name="Hash">SHA-256 of front matter and body together, lower-case hex: a changed fragment changes it too.</param>
public sealed partial record PromptFile(string Path, YamlMap Front, string Body, string Hash)
{
    public static PromptFile Read(string root, string path)
    {
        var shown = System.IO.Path.Combine("prompts", System.IO.Path.GetRelativePath(root, path)).Replace('\\', '/');
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var match = FrontMatter().Match(text);
        if (!match.Success)
        {
            throw new AgentConfigurationException($"{shown}:1: front matter between two lines of '---' is expected first.");
        }

        var front = YamlMap.Parse(match.Groups["yaml"].Value, shown, lineOffset: 1);
        var body = Include(root, shown, text, match);
        return new PromptFile(shown, front, body, Digest(match.Groups["yaml"].Value + "\n---\n" + body));
    }

    private static string Include(string root, string shown, string text, Match front) => Fragment().Replace(text[front.Length..], m =>
    {
        var folder = System.IO.Path.Combine(root, "fragments");
        var file = System.IO.Path.Combine(folder, m.Groups["name"].Value + ".md");
        if (!File.Exists(file))
        {
            var line = text[..(front.Length + m.Index)].Count(c => c == '\n') + 1;
            string?[] names = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.md").Select(System.IO.Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)] : [];
            throw new AgentConfigurationException($"{shown}:{line}: unknown fragment '{m.Groups["name"].Value}'; allowed: {string.Join(", ", names)}.");
        }

        return File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd();
    }).Trim();

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"\A---\n(?<yaml>.*?)\n---\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"\{\{>\s*(?<name>[a-z_\-]+)\s*\}\}")]
    private static partial Regex Fragment();
}
