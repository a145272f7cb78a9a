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
        return Claim().Matches(text).Where(m => !Array.Exists(quoted, q => q.At.Contains(m.Index))
            && (m.Groups["self"].Success || !IsReported(m, evidence))
            && !(m.Groups["state"].Success && !m.Groups["self"].Success && Supposed().IsMatch(text[..m.Index])));
    }

    /// <summary>A tool says the same: in the same words, or by the state of what it read.</summary>
    private static bool IsReported(Match claim, Evidence? evidence) =>
        evidence is not null && (evidence.Reports(claim.Value) || (claim.Groups["state"] is { Success: true } state && evidence.Tells(StatesOf(state.Value.ToLowerInvariant()))));

    /// <summary>How the fields of Stripe's objects, and of ours, say that something was done.</summary>
    private static string[] StatesOf(string done) => done switch
    {
        "refunded" or "reimbursed" or "reversed" or "way" => ["refunded", "refunds", "refund", "reversed", "credited", "processing", "in_transit"],
        "credited" or "issued" or "applied" => ["credited", "credit_notes", "credit_note", "credit_note_applied", "credit_balance", "applied", "discount", "discounts", "issued", "refunds"],
        "cancelled" or "canceled" => ["canceled", "cancelled", "canceled_at", "ended", "ended_at", "canceled_on", "ended_on"],
        "voided" => ["void", "voided"],
        "sent" or "mailed" or "emailed" or "e-mailed" => ["sent", "mailed", "last_mailed", "mails", "emailed"],
        "charged" or "retried" or "processed" => ["charges", "attempts", "succeeded", "paid", "processed", "executed"],
        "updated" or "changed" or "upgraded" or "downgraded" => ["changes", "changed", "upgraded", "downgraded", "plan_change", "price_change", "seat_change"],
        _ => [done],
    };

    private const string Done = "refunded|credited|issued|sent|e-?mailed|cancell?ed|voided|processed|applied|charged|retried|reversed|paused|updated|changed|approved|reimbursed|waived|downgraded|upgraded|resumed|deleted";

    private const string Thing = "(?:refund|credit note|credit|reminder|mail|e-?mail|cancellation)";

    private const string Object = "(?:refund|credit note|credit|reminder|mail|e-?mail|cancellation|charge|payment|subscription|invoice|plan|money|amount|discount|coupon|account)s?";

    /// <summary>"I refunded", "your refund has been processed", "Refund issued."; not a past event with its date or doer.</summary>
    [GeneratedRegex(@"\b(?:(?<self>I)|we)(?:['’]ve|\s+have)?(?:\s+(?:just|already|now|also|successfully|gone ahead and|went ahead and))*\s+(?:(?<state>" + Done + @")|lowered|reduced|granted)\b(?!\s+(?:nothing|no|none|neither|not)\b)"
        + @"|\b(?:your|the|their|a)\s+(?:\w+\s+){0,3}" + Thing + @"\s+(?:has\s+been|was|is\s+now)\s+(?:successfully\s+)?(?:" + Done + @")\s+(?:successfully|now|just now)\b"
        + @"|\byour\s+(?:\w+\s+){0,3}" + Thing + @"\s+(?:has\s+been|is\s+now)\s+(?:successfully\s+)?(?:" + Done + @")\b(?!\s+(?:on|by|in|at|since|yet)\b)"
        + @"|\b(?:(?:your|the|their|his|her|this|both|these|that(?!\s+(?:the|your|their|his|her|its?|this|these|they)\b))\s+(?:\w+\s+){0,3}?" + Object + @"|it|this|that|they|everything)(?:['’]s|['’]ve|\s+(?:has|have))\s+(?:now\s+|just\s+|already\s+)?been\s+(?:successfully\s+|fully\s+|partly\s+|already\s+)?(?<state>" + Done + @")\b(?!\s+(?:on|by|in|at|since|yet|twice|before|until|as|with)\b)"
        + @"|\b(?:(?:your|the|their|his|her|this|that(?!\s+(?:the|your|their|its?)\b))\s+(?:\w+\s+){0,2}?(?:refund|credit|money)|it)(?:['’]s|\s+is)\s+(?:now\s+|already\s+)?on\s+(?:its|the)\s+(?<state>way)\b"
        + @"|(?<=^[\s*\-•]*|[.!?:]\s+|\n[\s*\-•]*)(?:(?:The|Your|Full|Partial)\s+)?" + Thing + @"\s+(?:successfully\s+)?(?:" + Done + @")(?=\s*(?:[.!✓✅]|$|\n))", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Claim();

    /// <summary>What may be so, is yet to be, or is told by somebody else, up to the claim: "once …, the charge", "they write that it".</summary>
    [GeneratedRegex(@"\b(?:if|once|when|whether|until|till|after|unless|as\s+soon\s+as|in\s+case|why|how)\b[^.!?\n]*$|(?<!\bI\b[^.!?\n]*)\b(?:that|which|because|before)\s+$|\b(?:not|no|never|cannot|nothing)\b[^.!?\n]*\b(?:that|which)\s+$|n['’]t\b[^.!?\n]*\bthat\s+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Supposed();
}
