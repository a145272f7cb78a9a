namespace BillingCopilot.Memory.Search;

internal static class Quotation
{
    /// <summary>
    /// The beginning of a text, at most <paramref name="longest"/> characters, ending with a sentence where one
    /// ends in the last two thirds, else with a word. Adds nothing: what comes back stands in the text.
    /// </summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var end = LastEnd(text, longest, IsSentenceEnd);
        end = end > longest / 3 ? end : LastEnd(text, longest, char.IsWhiteSpace);
        end = end > 0 ? end : char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return text[..end].TrimEnd();
    }

    private static int LastEnd(string text, int longest, Func<char, bool> ends)
    {
        var i = longest;
        while (i > 0 && !(ends(text[i - 1]) && char.IsWhiteSpace(text[i])))
        {
            i--;
        }

        return i;
    }

    private static bool IsSentenceEnd(char c) => c is '.' or '!' or '?' or '\n' or '|';
}
