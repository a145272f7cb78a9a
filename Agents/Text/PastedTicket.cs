using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// A ticket pasted behind a request: "triage this ticket: …". What is asked stands before the colon; the rest is material, and says
/// neither who should take it nor what is wanted.
/// </summary>
internal static partial class PastedTicket
{
    /// <summary>The request, or null when the text is no such paste.</summary>
    public static string? RequestOf(string text) => Paste().Match(text) is { Success: true } m ? m.Groups["head"].Value.Trim() : null;

    /// <summary>The pasted words, or null.</summary>
    public static string? WordsOf(string text) => Paste().Match(text) is { Success: true } m ? m.Groups["words"].Value.Trim() : null;

    [GeneratedRegex(@"^\s*(?<head>[^:\n]{0,60}\b(?:triage|sort|classify|route)\b[^:\n]{0,60})[:\n](?<words>.*\S.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Paste();
}
