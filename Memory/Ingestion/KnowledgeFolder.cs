using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Billing;

namespace BillingCopilot.Memory.Ingestion;

/// <summary>A file as found: its place, and its text with a digest, or why it was left out.</summary>
internal sealed record KnowledgeFile(string Path, string Kind, Outcome<FileText> Text);

/// <param name="Hash">SHA-256 of the bytes, lower-case hex.</param>
internal sealed record FileText(string Text, string Hash);

/// <summary>Reads the Markdown files below a folder, in path order. Names that start with a dot are passed over.</summary>
internal sealed class KnowledgeFolder(string directory, int maxFileBytes)
{
    /// <summary>First path segment of a file and the kind it makes.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["policies"] = "policy", ["policy"] = "policy", ["tickets"] = "ticket", ["ticket"] = "ticket",
    };

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        MaxRecursionDepth = 16,
        AttributesToSkip = FileAttributes.System,
        MatchCasing = MatchCasing.CaseInsensitive,
    };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public IEnumerable<KnowledgeFile> Read(CancellationToken cancellationToken)
    {
        var paths = Directory.EnumerateFiles(directory, "*.md", Everything)
            .Select(full => Path.GetRelativePath(directory, full).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.Split('/').Any(segment => segment.StartsWith('.')))
            .Order(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Kinds.TryGetValue(path.Split('/')[0], out var kind) && path.Contains('/')
                ? new KnowledgeFile(path, kind, ReadText(path))
                : new KnowledgeFile(path, "", new Refusal("wrong_folder", "it is in neither policies/ nor tickets/", "Move it into one of the two."));
        }
    }

    private Outcome<FileText> ReadText(string path)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(directory, path));
            if (stream.Length > maxFileBytes)
            {
                return new Refusal("too_large", $"it has {stream.Length} bytes, more than the {maxFileBytes} that are taken in", "Divide it into smaller files.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var text = StrictUtf8.GetString(bytes).TrimStart('\uFEFF');
            return text.Contains('\0')
                ? new Refusal("not_text", "it is not a text file", "Export it as Markdown.")
                : string.IsNullOrWhiteSpace(text)
                    ? new Refusal("empty", "it is empty", "Write the text, or delete the file.")
                    : new FileText(text, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        catch (DecoderFallbackException)
        {
            return new Refusal("not_text", "it is not in UTF-8", "Save it as UTF-8.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Refusal("unreadable", $"it can't be read ({fault.GetType().Name})", "Check that it still exists and that its permissions let this process read it.");
        }
    }
}
