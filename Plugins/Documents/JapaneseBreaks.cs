namespace BillingCopilot.Plugins.Documents;

/// <summary>Where a line of Japanese may end: between any two letters, but not before what closes and not after what opens.</summary>
internal static class JapaneseBreaks
{
    private const string Closing = "、。，．・：；？！）］｝」』】〉》〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々％%,.)]";
    private const string Opening = "（［｛「『【〈《〔([¥￥";

    /// <summary>The word in order; one part where it has no such letter.</summary>
    public static IEnumerable<string> Parts(string word)
    {
        var start = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if ((IsWide(word[i - 1]) || IsWide(word[i])) && !Closing.Contains(word[i], StringComparison.Ordinal) && !Opening.Contains(word[i - 1], StringComparison.Ordinal))
            {
                yield return word[start..i];
                start = i;
            }
        }

        yield return word[start..];
    }

    private static bool IsWide(char letter) => letter is >= '\u2E80' and <= '\uFFEF';
}
