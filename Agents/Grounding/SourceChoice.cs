using BillingCopilot.Agents.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// Chooses, among the leaves that could back a figure, the one that is meant: the words that it is quoted from;
/// else the object of which the sentence says more (its date, its number, its state); else the field that the
/// words around name ("owed", "total"); else the newest call's first.
/// </summary>
internal sealed class SourceChoice(string text, Evidence evidence)
{
    private readonly IReadOnlyList<Figure> _figures = FigureScanner.Scan(text);
    private readonly IReadOnlyList<Span> _sentences = Sentences.Split(text);

    /// <summary>What names a field in a sentence besides the field's own name.</summary>
    private static readonly Dictionary<string, string[]> SaidAs = new(StringComparer.Ordinal)
    {
        ["remaining"] = ["owed", "owe", "owes", "outstanding", "remain", "remains", "left", "unpaid", "asks for"],
        ["amount_due"] = ["amount due", "is due", "was due"],
        ["difference"] = ["more than", "less than", "higher", "lower"],
        ["credited"] = ["credited", "credit notes"],
        ["refunded"] = ["refunded", "given back"],
        ["discount"] = ["discount"],
        ["tax"] = ["tax", "vat"],
        ["total"] = ["total"],
        ["credit_balance"] = ["stored credit", "balance"],
        ["next_attempt"] = ["next", "again"],
        ["paid"] = ["paid", "since"],
    };

    /// <param name="fitting">Sources that may back the figure, the newest call's first.</param>
    public SourcedFigure Best(Figure figure, IReadOnlyList<SourcedFigure> fitting)
    {
        if (fitting.Count == 1)
        {
            return fitting[0];
        }

        var sentence = _sentences.FirstOrDefault(s => s.Contains(figure.At.Start));
        Figure[] others = [.. _figures.Where(f => f.At != figure.At && sentence.Contains(f.At.Start))];
        return fitting
            .OrderByDescending(s => Company(s, figure, sentence, others))
            .ThenByDescending(s => Named(s, sentence.Of(text), figure.At.Start - sentence.Start))
            .First();
    }

    /// <summary>How much else of the leaf's object the sentence says, what stands nearer counting more. Whose it is was judged before.</summary>
    private double Company(SourcedFigure source, Figure figure, Span sentence, Figure[] others) => Math.Round(
        evidence.Beside(source)
            .Where(s => s.Name is not ("customer_name" or "customer" or "name"))
            .GroupBy(s => s.Path)
            .Sum(leaf => leaf.Select(s => Distance(s.Figure, figure, sentence, others)).Min() is { } distance ? 100.0 / (20 + distance) : 0),
        3);

    /// <summary>Characters between the figure and the nearest place where the sentence says the other leaf; null when it doesn't.</summary>
    private int? Distance(Figure leaf, Figure figure, Span sentence, Figure[] others)
    {
        if (leaf.Kind != FigureKind.Quote)
        {
            return others.Where(o => Evidence.Says(o, leaf)).Select(o => (int?)Math.Abs(o.At.Start - figure.At.Start)).Min();
        }

        var words = Evidence.Flat(leaf.Value.Replace('_', ' '));
        var at = words.Length < 4 ? -1 : text.IndexOf(words, sentence.Start, sentence.Length, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : Math.Abs(at - figure.At.Start);
    }

    /// <summary>2 when the words beside the figure name the field, 1 when it is a field that a bare amount means.</summary>
    private static int Named(SourcedFigure source, string sentence, int at)
    {
        var around = sentence[Math.Max(0, at - 30)..Math.Min(sentence.Length, at + 40)];
        var names = SaidAs.GetValueOrDefault(source.Name, [source.Name.Replace('_', ' ')]);
        return source.Name.Length > 2 && Array.Exists(names, n => around.Contains(n, StringComparison.OrdinalIgnoreCase)) ? 2
            : source.Name is "total" or "amount" or "number" or "date" ? 1
            : 0;
    }
}
