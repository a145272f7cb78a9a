using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Makes search words of a question: what it is about, and the words in which such an answer is usually put.</summary>
internal static partial class PolicyQuery
{
    public static string Of(string question)
    {
        var words = Word().Matches(question).Select(m => m.Value.ToLowerInvariant()).Where(w => w.Length > 2 && !Synonyms.IsStopWord(w) && !Filler().IsMatch(w));
        var cues = Cues.Where(c => c.Asks.IsMatch(question)).Select(c => c.Answers);
        return string.Join(' ', words.Concat(cues).Distinct());
    }

    /// <summary>The question in the words that policies use.</summary>
    public static string Plain(string question) => MoneyBack().Replace(TwoTimes().Replace(question, "twice"), "refund");

    private static readonly (Regex Asks, string Answers)[] Cues =
    [
        (Duration(), "within days window"),
        (Quantity(), "limits at most"),
        (Decider(), "who decides approves approval"),
        (Twice(), "twice duplicate"),
        (MoneyBack(), "refund"),
    ];

    [GeneratedRegex(@"[\p{L}]+")]
    private static partial Regex Word();

    [GeneratedRegex("^(?:what|how|which|when|who|why|where|does|say|says|our|long|much|many|still|ever|may|policy|rule|rules|guidelines?|appl(?:y|ies)|customers?|someone|somebody|happens?|give|gives|should|must)$")]
    private static partial Regex Filler();

    [GeneratedRegex(@"\b(?:how (?:long|soon|many (?:days|weeks|months))|until when|within|deadline)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b(?:how (?:much|many|large|big|high|often)|limits?|maximum|cap)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Quantity();

    [GeneratedRegex(@"\b(?:two times|2x|doubly)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TwoTimes();

    [GeneratedRegex(@"\b(?:twice|two times|2x|double[ds]?|doubly|same (?:charge|payment))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Twice();

    [GeneratedRegex(@"\b(?:(?:get |give )?(?:their |the )?money back|reimburse\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex MoneyBack();

    [GeneratedRegex(@"\bwho\b.*\b(?:approves?|decides?|signs?(?: off)?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Decider();
}
