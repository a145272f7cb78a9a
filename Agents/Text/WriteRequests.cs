using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// Tells by its words whether a message orders something that would have to be proposed, and whether an answer says that
/// nothing is proposed. For the record alone: no right depends on it.
/// </summary>
public static partial class WriteRequests
{
    /// <summary>True for "refund it", "can you cancel their plan?"; not for "why were they refunded?" or "who may cancel?". What was pasted behind an order is somebody else's words.</summary>
    public static bool AreIn(string text) => Order().IsMatch(PastedTicket.RequestOf(text) ?? text);

    /// <summary>True for "I propose nothing", "I can't propose that".</summary>
    public static bool AreDeclinedIn(string answer) => Declined().IsMatch(answer);

    /// <summary>Where an order can begin: a sentence, a clause, or after words that ask for it.</summary>
    private const string Opening = @"(?:^|[.!?;:,\n–—]\s*|\b(?:and|then|also|please|kindly|just|now|yes|ok|okay|instead|(?:can|could|would|will) (?:you|we)|go ahead and|(?:i|we|they|he|she|customer)(?:['’]d| would)? (?:like|want|wants|need|needs|ask|asks|asked)(?: you| us| me)? to|let(?:['’]s| us))\s+)(?:(?:@\w+|please|also|just|now|kindly)\s+)*";

    /// <summary>What is done to an object at the provider, in the words of the operations.</summary>
    private const string Doing = @"(?:(?:refund|credit|reimburse)\b(?!\s+(?:notes?|cards?|balances?|polic(?:y|ies)|rules?|history|memos?|limits?|was|were|is|are)\b)|(?:cancel|void|undo|revoke|reactivate|downgrade|waive|remind|resend|re-send|discount|contest)\b(?!\s+(?:polic(?:y|ies)|rules?)\b)|(?:e-?mail|mail|send|give)\s+(?!me\b|us\b)\w+|(?:issue|apply|grant|post|submit|accept|propose|update|change|correct|add|remove|take back|pay back|pay out|end|stop|keep|move)\s+(?:a|an|the|this|that|these|those|it|all|both|them|him|her|their|his|our|\p{Sc}?\d)\b)";

    [GeneratedRegex(Opening + Doing, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Order();

    [GeneratedRegex(@"\b(?:proposed? nothing|nothing (?:is|was|has been|to be|to) proposed?|(?:can(?:not|['’]t)|could(?: not|n['’]t)|will not|won['’]t|may not|do(?:es)? not|don['’]t|doesn['’]t|did(?: not|n['’]t)|(?:have|has) not|haven['’]t|not) (?:be )?(?:propos(?:e|ed|ing)))\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Declined();
}
