namespace BillingCopilot.Billing.Triage;

/// <summary>
/// Takes a word that nobody here knows for the one it is a slip away from: a letter too many, too few or wrong, or two
/// changed about. Only where one word alone is nearest, and never for a word that begins with another letter.
/// </summary>
internal sealed class TicketSpelling
{
    /// <summary>Shortest word, in letters, in which a letter may be wrong; letters changed about are seen from one less.</summary>
    private const int Shortest = 6;

    private readonly HashSet<string> _words;
    private readonly List<string> _beginnings;
    private readonly ILookup<char, (string Text, bool Begins)> _near;

    /// <param name="words">Those that mean something, with whether longer ones begin so.</param>
    /// <param name="known">Others that are words, and no slip.</param>
    public TicketSpelling(IEnumerable<(string Text, bool Begins)> words, IEnumerable<string> known)
    {
        var all = words.Distinct().ToList();
        _words = [.. all.Where(w => !w.Begins).Select(w => w.Text), .. known];
        _beginnings = [.. all.Where(w => w.Begins).Select(w => w.Text)];
        _near = all.Where(w => w.Text.Length >= Shortest - 1).ToLookup(w => w.Text[0]);
    }

    public string[] Mend(string[] tokens) => Array.ConvertAll(tokens, Mend);

    private string Mend(string token)
    {
        if (token.Length < Shortest - 1 || !token.All(char.IsAsciiLetter) || _words.Contains(token) || _beginnings.Exists(b => token.StartsWith(b, StringComparison.Ordinal)))
        {
            return token;
        }

        var near = _near[token[0]].Select(w => (w.Text, Slip: SlipTo(token, w.Text, w.Begins))).Where(w => w.Slip > 0).Distinct().ToList();
        var likeliest = near.Where(w => w.Slip == near.Min(n => n.Slip)).Take(2).ToList();
        return likeliest is [var (word, _)] ? word : token;
    }

    /// <summary>The end of a beginning must be as it is: what comes after it may be anything.</summary>
    private static int SlipTo(string token, string word, bool begins) => begins
        ? word.Length < Shortest ? 0 : new[] { word.Length, word.Length - 1, word.Length + 1 }.Where(l => l <= token.Length && token[l - 1] == word[^1]).Select(l => SlipTo(token[..l], word)).Where(s => s > 0).DefaultIfEmpty().Min()
        : SlipTo(token, word);

    /// <summary>1 for a letter too many, too few or in its neighbour's place, which happen more often than 2, a wrong one; 0 for more than that.</summary>
    private static int SlipTo(string token, string word)
    {
        var (shorter, longer) = token.Length < word.Length ? (token, word) : (word, token);
        var same = shorter.Zip(longer).TakeWhile(p => p.First == p.Second).Count();
        return (longer.Length - shorter.Length) switch
        {
            1 when longer.Length >= Shortest => shorter[same..] == longer[(same + 1)..] ? 1 : 0,
            0 when same + 1 < token.Length && token[same] == word[same + 1] && token[same + 1] == word[same] && token[(same + 2)..] == word[(same + 2)..] => 1,
            0 when same < token.Length && token.Length >= Shortest && token[(same + 1)..] == word[(same + 1)..] => 2,
            _ => 0,
        };
    }
}
