namespace BillingCopilot.Billing.Text;

/// <summary>How well a name fits what someone typed: case, accents, punctuation and small misspellings don't matter.</summary>
public static class NameMatch
{
    /// <summary>From here on a name is worth showing.</summary>
    public const double Threshold = 0.72;

    // Words that every second company has say nothing about which one is meant.
    private static readonly HashSet<string> Fillers = new(StringComparer.Ordinal)
    {
        "inc", "ltd", "llc", "gmbh", "ag", "sa", "bv", "co", "corp", "company", "limited", "the", "and", "plc", "pty", "kg", "oy", "ab", "srl", "kk",
    };

    /// <summary>
    /// 1 for the same name, 0 for nothing in common. Each word of the query is matched with its nearest word of
    /// the name; words of the name that were not asked for cost little.
    /// </summary>
    public static double Score(string query, string name)
    {
        var asked = Words(query);
        var has = Words(name);
        if (asked.Length == 0 || has.Length == 0)
        {
            return 0;
        }

        var words = asked.Average(word => has.Max(other => Similarity(word, other)));
        var joined = Similarity(string.Concat(asked), string.Concat(has));
        var coverage = Math.Min(1.0, asked.Length / (double)has.Length);
        return Math.Max(joined, words * (0.9 + (0.1 * coverage)));
    }

    private static string[] Words(string text)
    {
        var all = Normalise(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var telling = all.Where(word => !Fillers.Contains(word)).ToArray();
        return telling.Length > 0 ? telling : all;
    }

    private static string Normalise(string text) =>
        string.Concat(BareLetters.Of(text).Where(c => c is not '\'' and not '’').Select(c => char.IsLetterOrDigit(c) ? c : ' '));

    private static double Similarity(string a, string b)
    {
        if (b.StartsWith(a, StringComparison.Ordinal) && a.Length >= 3)
        {
            return 0.9 + (0.1 * a.Length / b.Length);
        }

        return 1 - (Distance(a, b) / (double)Math.Max(a.Length, b.Length));
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j : Cheapest(a, b, cost, i, j);
            }
        }

        return cost[a.Length, b.Length];
    }

    private static int Cheapest(string a, string b, int[,] cost, int i, int j)
    {
        var replace = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var best = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
        return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
    }
}
