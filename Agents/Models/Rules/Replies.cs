using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Reads short replies: yes and no to what was offered, and what is said after them.</summary>
internal static partial class Replies
{
    /// <summary>What is left of a text that begins with a yes; null when it doesn't. "Great, thanks" ends a talk, so thanks need a word beside them that says yes.</summary>
    public static string? AfterYes(string text) => Yes().Match(text) is { Success: true } yes && (!Thanks().IsMatch(yes.Value) || Firm().IsMatch(yes.Value))
        ? text[yes.Length..].TrimStart(' ', ',', '.', '!', ':', '-')
        : null;

    /// <summary>True for thanks that neither say yes nor ask for something.</summary>
    /// <param name="means">Tells whether the words after the thanks ask for something themselves.</param>
    public static bool IsThanks(string text, Func<string, bool> means) =>
        Yes().Match(text) is { Success: true } said && Thanks().IsMatch(said.Value) && AfterYes(text) is null && !means(text[said.Length..]);

    /// <summary>True for a no, alone or with words that only repeat it ("no, don't send it").</summary>
    /// <param name="means">Tells whether the words after the no ask for something themselves.</param>
    public static bool IsNo(string text, Func<string, bool> means)
    {
        if (No().Match(text) is not { Success: true } no)
        {
            return false;
        }

        var rest = text[no.Length..].Trim(' ', ',', '.', '!', ':', '-');
        return rest.Length == 0 || Not().IsMatch(rest) || !means(rest);
    }

    [GeneratedRegex(@"^\s*(?:(?:yes|yep|yup|yeah|sure|ok(?:ay)?|alright|all right|fine|great|perfect|please(?: do)?|go ahead|go for it|do (?:it|that|so)|let'?s do (?:it|that)|make it so|sounds good|that'?s fine|send it|propose it|correct|right|exactly|absolutely|of course|(?:(?:many )?thanks|thank you|thx)(?: for(?: [\p{L}']+){1,3}(?=\s*(?:[.,!?]|$)))?|cheers|danke|merci|gracias|(?:so|very) much|a lot)\b[\s,.!]*)+", RegexOptions.IgnoreCase)]
    private static partial Regex Yes();

    [GeneratedRegex(@"\b(?:thanks|thank you|thx|cheers|danke|merci|gracias)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Thanks();

    [GeneratedRegex(@"\b(?:yes|yep|yup|yeah|sure|please|go ahead|go for it|do (?:it|that|so)|let'?s do (?:it|that)|make it so|send it|propose it|absolutely|of course)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Firm();

    [GeneratedRegex(@"^\s*(?:no(?:pe)?(?:,? thank(?:s| you))?|nah|not (?:now|yet|today)|don'?t|do not|never ?mind|forget it|leave it|stop|skip it|better not)\b", RegexOptions.IgnoreCase)]
    private static partial Regex No();

    [GeneratedRegex(@"\b(?:don'?t|do not|not|no need|nothing|leave|skip)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Not();
}
