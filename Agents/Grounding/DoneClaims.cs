using System.Text;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// Finds sentences in which the copilot says that it did something. It never does: it proposes, and people
/// decide; so such a sentence is false whatever the proposals say. What a tool reports in the same words
/// ("credit note applied"), and what stands in a backed quotation, is no claim of its own.
/// </summary>
public static partial class DoneClaims
{
    public static IReadOnlyList<string> In(string text, Evidence? evidence = null) => [.. Found(text, evidence).Select(m => m.Value)];

    /// <summary>The words that ask the model to correct itself.</summary>
    /// <param name="given">The beginning of the answer that the person has read already.</param>
    public static string CorrectionRequest(IReadOnlyList<string> claims, string given = "") =>
        $"{GroundingCheck.CorrectionMark} You said \"{string.Join("\", \"", claims)}\", but nothing has been done: at most it was proposed and waits for a person's approval. {GroundingCheck.Again(given)} without claiming it.";

    /// <summary>The text with each claim turned into what is true.</summary>
    public static string Correct(string text, Evidence? evidence = null)
    {
        var corrected = new StringBuilder(text);
        foreach (var claim in Found(text, evidence).Reverse())
        {
            corrected.Insert(claim.Index + claim.Length, " [not done: it waits for approval]");
        }

        return corrected.ToString();
    }

    private static IEnumerable<Match> Found(string text, Evidence? evidence)
    {
        Figure[] quoted = [.. FigureScanner.Quoted(text).Where(q => evidence?.HolderOf(q.Value) is not null)];
        return Claim().Matches(text).Where(m => !Array.Exists(quoted, q => q.At.Contains(m.Index)) && (m.Groups["self"].Success || evidence?.Reports(m.Value) != true));
    }

    private const string Done = "refunded|credited|issued|sent|e-?mailed|cancell?ed|voided|processed|applied|charged|retried|reversed|paused|updated|changed|approved|reimbursed|waived";

    private const string Thing = "(?:refund|credit note|credit|reminder|mail|e-?mail|cancellation)";

    /// <summary>"I refunded", "your refund has been processed", "Refund issued."; not a past event with its date or doer.</summary>
    [GeneratedRegex(@"\b(?<self>I|we)(?:['’]ve|\s+have)?(?:\s+(?:just|already|now|also|successfully|gone ahead and))*\s+(?:" + Done + @")\b|\b(?:your|the|their|a)\s+(?:\w+\s+){0,3}" + Thing + @"\s+(?:has\s+been|was|is\s+now)\s+(?:successfully\s+)?(?:" + Done + @")\s+(?:successfully|now|just now)\b|\byour\s+(?:\w+\s+){0,3}" + Thing + @"\s+(?:has\s+been|is\s+now)\s+(?:successfully\s+)?(?:" + Done + @")\b(?!\s+(?:on|by|in|at|since|yet)\b)|(?<=^[\s*\-•]*|[.!?:]\s+|\n[\s*\-•]*)(?:(?:The|Your|Full|Partial)\s+)?" + Thing + @"\s+(?:successfully\s+)?(?:" + Done + @")(?=\s*(?:[.!✓✅]|$|\n))", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Claim();
}
