using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>Of whom a figure of a text is said: the customers and invoices it may belong to. Empty sets allow anything.</summary>
public sealed record Said(IReadOnlyList<Mention> Customers, IReadOnlyList<Mention> Invoices)
{
    /// <summary>True where it may be of all together: its clause names no customer and points back at none.</summary>
    public bool MayBeOfAll { get; init; }
}

/// <summary>
/// Reads the subject of each figure: the customer named in its clause, else the last one named before it (also
/// in the sentence before); the invoice only when its own clause names one. A heading that names a customer speaks of
/// that one down to the next heading; one that names nobody may speak of whom its lines name, too.
/// </summary>
public sealed partial class SubjectReader
{
    private readonly string _text;
    private readonly IReadOnlyList<Mention> _mentions;
    private readonly IReadOnlyList<Span> _sentences;

    public SubjectReader(string text, SubjectIndex subjects)
    {
        _text = text;
        _mentions = subjects.MentionsIn(text);
        _sentences = Sentences.Split(text);
    }

    public Said Read(Figure figure)
    {
        var sentence = _sentences.FirstOrDefault(s => s.Contains(figure.At.Start));
        var clause = Clauses(sentence).FirstOrDefault(c => c.Contains(figure.At.Start), sentence);
        return new Said(Customers(figure, sentence, clause), Invoices(figure, clause)) { MayBeOfAll = MayBeOfAll(figure, sentence, clause) };
    }

    /// <summary>"4 disputes are open", "Together $120": a count of a list is said so without more, an amount only with a word for all of them.</summary>
    private bool MayBeOfAll(Figure figure, Span sentence, Span clause) =>
        In(clause, invoices: false).Count == 0 && (figure.Kind is FigureKind.Count or FigureKind.Amount) && clause.Of(_text) is var words
        && (OfEveryone().IsMatch(words) || (!PointsBack().IsMatch(words) && (figure.Kind == FigureKind.Count || Total().IsMatch(words) || AreExamples(figure, sentence))));

    /// <summary>"3 subscriptions, $3,129.00 a month (Acorn Labs, Birch Media)": who stands in brackets behind it belongs to what is counted.</summary>
    private bool AreExamples(Figure figure, Span sentence)
    {
        var named = In(sentence, invoices: false);
        return named.Count > 0 && named.TrueForAll(m => m.At.Start >= figure.At.End)
            && _text[figure.At.End..named[0].At.Start].Contains('(', StringComparison.Ordinal)
            && _text[sentence.Start..figure.At.Start].Any(char.IsAsciiDigit);
    }

    /// <summary>True when the figure is part of a customer's name.</summary>
    public bool IsInName(Figure figure) => _mentions.Any(m => !m.IsInvoice && m.At.Start <= figure.At.Start && figure.At.End <= m.At.End);

    /// <summary>True when the figure stands inside these very words.</summary>
    public bool IsInside(Figure figure, string words)
    {
        for (var at = _text.IndexOf(words, StringComparison.Ordinal); at >= 0 && at <= figure.At.Start; at = _text.IndexOf(words, at + 1, StringComparison.Ordinal))
        {
            if (figure.At.End <= at + words.Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The capitalised word right before a figure, with the figure; or null.</summary>
    public string? NameBefore(Figure figure) => CapitalisedWord().Match(_text[..figure.At.Start]) is { Success: true } word ? word.Value + figure.Text : null;

    /// <summary>The quoted words that a figure stands in, or null.</summary>
    public string? QuotationAround(Figure figure) =>
        FigureScanner.Quoted(_text).FirstOrDefault(q => q.At.Contains(figure.At.Start))?.Value;

    private List<Mention> Customers(Figure figure, Span sentence, Span clause)
    {
        var here = In(clause, invoices: false);
        if (Pairwise(figure, sentence) is { } paired)
        {
            return [paired];
        }

        if (here.Count > 0)
        {
            return Nearest(figure, here);
        }

        // Nothing in the clause: what was last spoken of, or else what the rest of the sentence names.
        var before = In(sentence, invoices: false).Where(m => m.At.End <= figure.At.Start).ToArray();
        if (before.Length > 0)
        {
            return Joined(before);
        }

        var after = In(sentence, invoices: false);
        return after.Count > 0 ? after : IsHeading(sentence) ? [.. Below(sentence), .. Previous(sentence)] : Previous(sentence);
    }

    /// <summary>Whom the lines of a heading name, up to the next heading.</summary>
    private List<Mention> Below(Span heading) =>
        [.. _sentences.Where(s => s.Start > heading.Start).TakeWhile(s => !IsHeading(s)).SelectMany(s => In(s, invoices: false))];

    /// <summary>A line that is marked as one, or in bold as a whole.</summary>
    private bool IsHeading(Span sentence)
    {
        var start = _text.LastIndexOf('\n', Math.Max(0, sentence.Start - 1)) + 1;
        var end = _text.IndexOf('\n', sentence.Start);
        return Heading().IsMatch(_text[start..(end < 0 ? _text.Length : end)]);
    }

    private List<Mention> Invoices(Figure figure, Span clause)
    {
        var here = In(clause, invoices: true).FindAll(m => !IsOfTheOther(figure, m));
        return here.Count == 0 || ComparesWithAnother(figure) ? [] : Nearest(figure, here);
    }

    /// <summary>"$120 instead of $60 on LUM-0041": the number is said of what the figure is compared with.</summary>
    private bool IsOfTheOther(Figure figure, Mention mention)
    {
        if (mention.At.Start < figure.At.End)
        {
            return false;
        }

        var between = _text[figure.At.End..mention.At.Start];
        return FigureScanner.Scan(between).Any(f => f.Kind == figure.Kind && Comparison().IsMatch(between[..f.At.Start]));
    }

    /// <summary>"A and B paid $1 and $2 respectively": the n-th figure is the n-th name's.</summary>
    private Mention? Pairwise(Figure figure, Span sentence)
    {
        if (!sentence.Of(_text).Contains("respectively", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var names = In(sentence, invoices: false);
        var figures = FigureScanner.Scan(sentence.Of(_text)).Where(f => f.Kind == figure.Kind).ToArray();
        var index = Array.FindIndex(figures, f => f.At.Start + sentence.Start == figure.At.Start);
        return names.Count == figures.Length && index >= 0 ? names[index] : null;
    }

    private List<Mention> Nearest(Figure figure, List<Mention> mentions)
    {
        if (mentions.Count == 1)
        {
            return mentions;
        }

        var next = mentions.FirstOrDefault(m => m.At.Start >= figure.At.End);
        if (next is not null && Belongs().IsMatch(_text[figure.At.End..next.At.Start]))
        {
            return [next];
        }

        var before = mentions.Where(m => m.At.End <= figure.At.Start).ToArray();
        return before.Length > 0 ? Joined(before) : [next ?? mentions[0]];
    }

    /// <summary>The last mention, with those joined to it by "and" or a comma.</summary>
    private List<Mention> Joined(Mention[] mentions)
    {
        List<Mention> group = [mentions[^1]];
        for (var i = mentions.Length - 2; i >= 0 && And().IsMatch(_text[mentions[i].At.End..mentions[i + 1].At.Start]); i--)
        {
            group.Add(mentions[i]);
        }

        return group;
    }

    /// <summary>Whom the sentence before names, or the one before that; with them whom the heading above all of them names.</summary>
    private List<Mention> Previous(Span sentence)
    {
        List<Mention> said = [];
        foreach (var earlier in _sentences.Where(s => s.Start < sentence.Start).Reverse())
        {
            var named = In(earlier, invoices: false);
            if (named.Count == 0)
            {
                continue;
            }

            if (said.Count == 0)
            {
                said = named;
            }

            if (IsHeading(earlier))
            {
                return said == named ? said : [.. said, .. named];
            }
        }

        return said;
    }

    private List<Span> Clauses(Span sentence)
    {
        var spans = new List<Span>();
        var start = sentence.Start;
        foreach (Match cut in Separator().Matches(sentence.Of(_text)))
        {
            var end = sentence.Start + cut.Index + cut.Length;
            // "A and B owe $5": a piece that holds only names goes with what follows.
            if (!And().IsMatch(Remainder(new Span(start, end - start))))
            {
                spans.Add(new Span(start, end - start));
                start = end;
            }
        }

        spans.Add(new Span(start, sentence.End - start));
        return spans;
    }

    private string Remainder(Span clause)
    {
        var named = _mentions.Where(m => clause.Contains(m.At.Start)).ToArray();
        if (named.Length == 0)
        {
            return "-";
        }

        var rest = clause.Of(_text);
        foreach (var mention in named.Reverse().Where(m => m.At.End <= clause.End))
        {
            rest = rest.Remove(mention.At.Start - clause.Start, mention.At.Length);
        }

        return rest;
    }

    private bool ComparesWithAnother(Figure figure)
    {
        var before = _text[Math.Max(0, figure.At.Start - 40)..figure.At.Start];
        return Comparison().IsMatch(before);
    }

    private List<Mention> In(Span span, bool invoices) => [.. _mentions.Where(m => m.IsInvoice == invoices && span.Contains(m.At.Start))];

    [GeneratedRegex(@"\b(?:they|their|them|theirs|it|its|he|she|his|hers?|him|this|that|same) ?\b|\bthe customer\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PointsBack();

    [GeneratedRegex(@"\b(?:al)?together\b|\b(?:over|across) all\b|\ball (?:customers|of them)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex OfEveryone();

    [GeneratedRegex(@"\b(?:in all|totals?|overall|sum)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Total();

    [GeneratedRegex(@"^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$)", RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\b\p{Lu}[\p{L}\p{N}]*\s$", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex CapitalisedWord();

    [GeneratedRegex(@"[;:,](?=\s)|\s(?:and|but|while|whereas|versus|vs\.?|against|compared (?:to|with))\s|[—–(]|\s-\s|\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^[\s,]*(?:and|or|&)?[\s,]*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex And();

    [GeneratedRegex(@"^\s*(?:was |were |is |are )?(?:charged |due |paid |owed )?(?:on|for|of|in|from|by|to|under|at|belongs to)\s+(?:the\s+)?(?:invoice\s+|customer\s+)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Belongs();

    [GeneratedRegex(@"\b(?:from|than|previous(?:ly)?|prior|earlier|before|instead of|rather than|used to be)\W+(?:\w+\W+){0,2}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Comparison();
}
