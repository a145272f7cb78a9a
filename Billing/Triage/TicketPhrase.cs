namespace BillingCopilot.Billing.Triage;

/// <summary>
/// A phrase of <c>words.json</c>, ready to be looked for. Parts stand between spaces: <c>refund*</c> begins so,
/// <c>*karte*</c> holds it, <c>*</c> is one word or two, <c>~</c> none to four, <c>#</c> a word with a digit,
/// <c>@card</c> any phrase of that group. <c>a + b</c> are both there, in any order and near each other.
/// Japanese has no spaces: what is written in it fits inside a word.
/// </summary>
internal sealed class TicketPhrase
{
    /// <summary>Most words from the beginning of one side of <c>+</c> to the beginning of the other.</summary>
    private const int Near = 8;

    /// <summary>Most words that <c>~</c> stands for.</summary>
    private const int Far = 4;

    private readonly Part[][] _sides;

    private TicketPhrase(Part[][] sides) => _sides = sides;

    private enum Kind
    {
        Word,
        Beginning,
        Within,
        Gap,
        Reach,
        Figure,
        Group,
    }

    /// <summary>The words in it, for the spelling, with whether longer ones begin so.</summary>
    public IEnumerable<(string Text, bool Begins)> Words => _sides.SelectMany(s => s).SelectMany(WordsOf);

    /// <param name="groups">What <c>@name</c> stands for.</param>
    public static TicketPhrase Parse(string text, IReadOnlyDictionary<string, TicketGroup> groups) =>
        new([.. TicketText.Plain(text).Split(" + ").Select(side => Parts(side, groups))]);

    public bool In(TicketText text)
    {
        var first = Spans(text, _sides[0]);
        if (_sides.Length == 1 || first.Count == 0)
        {
            return first.Count > 0;
        }

        var others = Array.ConvertAll(_sides[1..], side => Spans(text, side));
        return first.Exists(f => Array.TrueForAll(others, side => side.Exists(o => AreNear(text.Tokens, f, o))));
    }

    /// <summary>The words without those of the phrase, where it is first found.</summary>
    public string[] Without(string[] tokens) => Spans(new TicketText(tokens), _sides[0]) is [var (from, to), ..] ? [.. tokens[..from], .. tokens[to..]] : tokens;

    /// <summary>Where the first side ends when it begins at a word; -1 when it does not begin there.</summary>
    public int EndFrom(TicketText text, int at) => EndOf(text, at, _sides[0], 0);

    private static List<(int From, int To)> Spans(TicketText text, Part[] side)
    {
        List<(int From, int To)> spans = [];
        foreach (var at in side[0].Group is { } group ? text.StartsOf(group) : text.Places)
        {
            if (EndOf(text, at, side, 0) is >= 0 and var end)
            {
                spans.Add((at, end));
            }
        }

        return spans;
    }

    /// <summary>One word alone is not two sides, unless it is a whole clause of Japanese.</summary>
    private static bool AreNear(string[] tokens, (int From, int To) one, (int From, int To) other) =>
        Math.Abs(one.From - other.From) <= Near && (one.To <= other.From || other.To <= one.From || IsUnparted(tokens[one.From]));

    private static int EndOf(TicketText text, int at, ReadOnlySpan<Part> parts, int skipped)
    {
        if (parts.IsEmpty)
        {
            return at;
        }

        if (parts[0].Kind == Kind.Reach && EndOf(text, at, parts[1..], 0) is >= 0 and var here)
        {
            return here;
        }

        if (at >= text.Tokens.Length)
        {
            return -1;
        }

        return parts[0].Kind switch
        {
            Kind.Gap => EndOf(text, at + 1, parts[1..], 0) is >= 0 and var one ? one : skipped == 0 ? EndOf(text, at + 1, parts, 1) : -1,
            Kind.Reach => skipped < Far ? EndOf(text, at + 1, parts, skipped + 1) : -1,
            Kind.Group => EndOfGroup(text, at, parts),
            _ => Fits(text.Tokens[at], parts[0]) ? EndOf(text, at + 1, parts[1..], 0) : -1,
        };
    }

    private static int EndOfGroup(TicketText text, int at, ReadOnlySpan<Part> parts)
    {
        foreach (var inner in text.EndsOf(parts[0].Group!, at))
        {
            if (EndOf(text, inner, parts[1..], 0) is >= 0 and var end)
            {
                return end;
            }
        }

        return -1;
    }

    private static bool Fits(string token, Part part) => part.Kind switch
    {
        Kind.Figure => token.Any(char.IsAsciiDigit),
        Kind.Beginning => token.StartsWith(part.Text, StringComparison.Ordinal),
        Kind.Within => token.Contains(part.Text, StringComparison.Ordinal),
        _ => token == part.Text,
    };

    private static Part[] Parts(string side, IReadOnlyDictionary<string, TicketGroup> groups) =>
        [.. side.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => PartOf(p, groups))];

    private static Part PartOf(string text, IReadOnlyDictionary<string, TicketGroup> groups) => text switch
    {
        "*" => new Part(Kind.Gap),
        "~" => new Part(Kind.Reach),
        "#" => new Part(Kind.Figure),
        ['@', .. var name] => new Part(Kind.Group, Group: groups[name]),
        ['*', .. var held, '*'] => new Part(Kind.Within, held),
        _ when IsUnparted(text) => new Part(Kind.Within, text),
        [.. var begun, '*'] => new Part(Kind.Beginning, begun),
        _ => new Part(Kind.Word, text),
    };

    /// <summary>Kana, or the characters that Japanese took from Chinese.</summary>
    private static bool IsUnparted(string word) => word.Any(c => c is >= '\u3040' and <= '\u9FFF');

    private static IEnumerable<(string Text, bool Begins)> WordsOf(Part part) =>
        part.Kind is Kind.Word or Kind.Beginning ? [(part.Text, part.Kind == Kind.Beginning)] : [];

    private readonly record struct Part(Kind Kind, string Text = "", TicketGroup? Group = null);
}
