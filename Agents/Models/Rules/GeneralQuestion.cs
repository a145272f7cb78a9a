using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>
/// Tells a question about a rule ("may we refund a yearly plan?") from one about somebody ("refund their plan"):
/// by what a sentence says, not by what it resembles.
/// </summary>
internal static partial class GeneralQuestion
{
    /// <summary>It says itself that it asks for our policy.</summary>
    public static bool NamesPolicy(string text) => Policy().IsMatch(text);

    /// <summary>
    /// A question of nobody in particular: about customers, charges or refunds as such, or about what we may do.
    /// </summary>
    public static bool Is(string text) => Form().IsMatch(text) && !ToYou().IsMatch(text) && !Definite().IsMatch(text) && Indefinite().IsMatch(text);

    /// <summary>It asks what was done: no rule tells that.</summary>
    public static bool IsOfThePast(string text) => Past().IsMatch(text);

    [GeneratedRegex(@"^\s*(?:(?:did|was|were|has|have|had)\b|(?:who|when|why|how|where|what|which)\b(?:\s+(?:did|was|were|has|have|had)\b|\s+[a-z]+ed\b))", RegexOptions.IgnoreCase)]
    private static partial Regex Past();

    [GeneratedRegex(@"\b(?:polic(?:y|ies)|guidelines?|rule ?book|house rules?|(?:what|which) (?:is|are) (?:the|our) rules?|which rules?|rules? (?:for|on|about|when)|according to our rules)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    [GeneratedRegex(@"^\s*(?:and |so |but |hey,? |hi,? |please tell me |tell me |do you know )?(?:what|which|when|how|who|whom|is|are|do|does|may|can|could|should|must|am|will|until|within|where|under|after|if)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Form();

    /// <summary>A request dressed as a question.</summary>
    [GeneratedRegex(@"\b(?:can|could|would|will) you\b", RegexOptions.IgnoreCase)]
    private static partial Regex ToYou();

    [GeneratedRegex(@"\b(?:this|these|those|their|them|they|his|her|he|she|that (?:one|customer|charge|invoice|payment)|the (?:last|latest|previous|customer|client|account|difference|duplicate|second|first|other))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Definite();

    [GeneratedRegex(@"\b(?:an?|any|every|each|another|no) (?:[\w\-]+ ){0,2}(?:customer|client|user|subscriber|account|workspace|card|charge|payment|invoice|refund|dispute|chargeback|subscription|plan|credit|credit note|discount|reminder|renewal|attempt|retry|mail|e-?mail|duplicate|decline|warning|upgrade|downgrade|cancellation|instalments?|ticket|answer|vat number)s?\b"
        + @"|\b(?:we|i|one|support|finance|operations|agents?|colleagues?|someone|somebody|anyone|people)\b"
        + @"|\b(?:customers|refunds|chargebacks|disputes|duplicates|discounts|tax|taxes|vat|credits|credit notes|cancellations|downgrades|upgrades|reminders|prorations?|overages?|declines|payment plans|data|tickets)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Indefinite();
}
