namespace BillingCopilot.Agents.Grounding;

/// <summary>Numbers that are written as English words: <c>seven</c>, <c>forty-two</c>, <c>two hundred</c>.</summary>
internal static class NumberWords
{
    private const string Word = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety";

    /// <summary>Two and more; a single one counts nothing ("the one before").</summary>
    public const string Pattern = "(?:" + Word + @"|(?:an?|one)\s(?=hundred|thousand))(?:[\s\-](?:(?<=hundred\s|thousand\s)and\s)?(?:" + Word + "|one|hundred|thousand))*";

    /// <summary>What words that <see cref="Pattern"/> found say.</summary>
    public static decimal ValueOf(string words)
    {
        decimal total = 0, part = 0;
        foreach (var word in words.ToLowerInvariant().Split([' ', '-', '\n', '\t', '\u00a0'], StringSplitOptions.RemoveEmptyEntries))
        {
            (total, part) = word switch
            {
                "hundred" => (total, Math.Max(part, 1) * 100),
                "thousand" => (total + (Math.Max(part, 1) * 1000), 0),
                "one" => (total, part + 1),
                _ => (total, part + Of(word)),
            };
        }

        return total + part;
    }

    private static decimal Of(string word)
    {
        var at = Array.IndexOf(Names, word);
        return at < 0 ? 0 : at < 19 ? at + 2 : (at - 16) * 10;
    }

    /// <summary>Two to twenty, then the tens.</summary>
    private static readonly string[] Names = Word.Split('|');
}
