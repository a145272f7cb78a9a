using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>Finds a customer's name in a sentence.</summary>
internal static partial class NameReader
{
    public static string? Find(string text, Func<string, bool> isWord) => FindMarked(text, isWord) ?? Unknown(text, isWord);

    /// <summary>A name that the writing marks as one: by quotation marks, a possessive or capitals.</summary>
    public static string? FindMarked(string text, Func<string, bool> isWord) => Quoted(text) ?? Possessive(text, isWord) ?? Capitalised(text, isWord);

    private static string? Quoted(string text) => QuotedName().Match(text) is { Success: true } m ? m.Groups["name"].Value.Trim() : null;

    /// <summary>"Acme Labs's", "acme's": the words before it that could be a name.</summary>
    private static string? Possessive(string text, Func<string, bool> isWord)
    {
        foreach (Match m in PossessiveWord().Matches(text))
        {
            var words = m.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var start = words.Length - 1;
            if (IsPlain(words[start], isWord) || (char.IsLower(words[start][0]) && FunctionWord().IsMatch(words[start])))
            {
                continue;
            }

            // Everything capitalised before it belongs to it; of lower-case words only unknown ones.
            while (start > 0 && !IsPlain(words[start - 1], isWord) && char.IsUpper(words[start - 1][0]) == char.IsUpper(words[^1][0]))
            {
                start--;
            }

            return string.Join(' ', words[start..]);
        }

        return null;
    }

    private static string? Capitalised(string text, Func<string, bool> isWord)
    {
        var best = CapitalRun().Matches(text)
            .Where(m => !OfAPlan().IsMatch(text[(m.Index + m.Length)..]) || (m.Index == 0 && NothingMore().IsMatch(text[m.Length..])))
            .Select(m => Trim(m, text, isWord))
            .Where(run => run.Length > 0)
            .OrderByDescending(run => run.Split(' ').Length)
            .FirstOrDefault();
        return best;
    }

    /// <summary>Without the ordinary words at its ends ("Why Acme", "Acme Invoice").</summary>
    private static string Trim(Match run, string text, Func<string, bool> isWord)
    {
        var words = run.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        while (words.Count > 0 && (Synonyms.IsStopWord(Lower(words[0])) || NotNames().IsMatch(words[0]) || (words.Count == 1 && IsPlain(words[0], isWord)) || (run.Index == 0 && IsPlain(words[0], isWord))))
        {
            words.RemoveAt(0);
            if (words.Count > 0 && text.Length > 0 && run.Index == 0 && !IsPlain(words[0], isWord))
            {
                break;
            }
        }

        while (words.Count > 1 && NotNames().IsMatch(words[^1]))
        {
            words.RemoveAt(words.Count - 1);
        }

        return string.Join(' ', words).TrimEnd('.', ',', '\'', '’');
    }

    /// <summary>In a sentence without capitals: the longest run of words that the rules don't know.</summary>
    private static string? Unknown(string text, Func<string, bool> isWord)
    {
        var runs = new List<List<string>> { new() };
        foreach (Match m in PlainWord().Matches(text))
        {
            if (FunctionWord().IsMatch(m.Value) || IsPlain(m.Value, isWord) || m.Value.Length < 3)
            {
                runs.Add([]);
            }
            else
            {
                runs[^1].Add(m.Value);
            }
        }

        return runs.MaxBy(r => r.Count) is { Count: > 0 and <= 4 } run && NameContext().IsMatch(text) ? string.Join(' ', run) : null;
    }

    private static bool IsPlain(string word, Func<string, bool> isWord) => Synonyms.IsStopWord(Lower(word)) || Synonyms.IsPeriod(Lower(word)) || NotNames().IsMatch(word) || isWord(Lower(word));

    private static string Lower(string word) => word.ToLowerInvariant().Replace("'s", "", StringComparison.Ordinal).Replace("’s", "", StringComparison.Ordinal).Trim('\'', '’', '.', ',', '?', '!');

    [GeneratedRegex("""["“'‘](?<name>[^"“”'‘’\n]{2,80})["”'’](?!\w)""")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"(?<words>(?:[\p{L}\p{N}&.\-]+ )*[\p{L}\p{N}&.\-]+)(?:['’]s\b|s['’](?!\w))")]
    private static partial Regex PossessiveWord();

    [GeneratedRegex(@"\p{Lu}[\p{L}\p{N}&.\-]*(?: (?:&|of|and(?= \p{Lu}\p{Ll}+ (?:Ltd|Inc|LLC|GmbH|Co)\b))? ?\p{Lu}[\p{L}\p{N}&.\-]*)*")]
    private static partial Regex CapitalRun();

    [GeneratedRegex(@"[\p{L}][\p{L}\p{N}&\-]*")]
    private static partial Regex PlainWord();

    /// <summary>"the Business plan": the name of what is sold.</summary>
    [GeneratedRegex(@"^(?:['’]s)?\s+(?:plan|tier|subscription|price|seat|workspace)s?\b", RegexOptions.IgnoreCase)]
    private static partial Regex OfAPlan();

    /// <summary>"Acorn Labs plan?": whose, since nothing else is said.</summary>
    [GeneratedRegex(@"^\s+\w+\s*\?*\s*$")]
    private static partial Regex NothingMore();

    /// <summary>Words that hold a sentence together, and numbers and times written out: nobody is called so in lower case.</summary>
    [GeneratedRegex(@"^(?:who(?:se|m)?|every(?:one|body|thing)?|any(?:one|body|thing)?|each|all|both|either|neither|none|nobody|over|under|above|below|between|during|since|until|till|within|without|after|before|beyond|past|per|via|than|versus|because|while|whether|though|although|unless|except|against|across|around|already|again|still|yet|ever|never|always|only|even|just|right|days?|weeks?|months?|quarters?|years?|today|yesterday|tomorrow|tonight|recently|currently|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FunctionWord();

    /// <summary>Ways in which a name usually stands.</summary>
    [GeneratedRegex(@"\b(?:for|of|from|about|with|by|at|to|on|did|is|was|does|has|customer|client|account|company|says?|said|claims?|owes?|invoice|invoices)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NameContext();

    [GeneratedRegex(@"^(?:USD|EUR|GBP|JPY|CAD|AUD|CHF|KWD|I|I'm|I've|OK|Stripe|Visa|Mastercard|Amex|PayPal|SEPA|VAT|Pro|FYI|ASAP|Under|Until|Within|After|Before|Does|United States|Yes|Yep|Yeah|No|Nope|Ok|Okay|Sure|Please|Thanks|Great|Fine|CSV|PDF|API|January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$")]
    private static partial Regex NotNames();
}
