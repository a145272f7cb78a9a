
namespace BillingCopilot.Agents.Grounding;

/// <summary>A figure and what backs it.</summary>
/// <param name="Source">Leaf of a tool result or document; null when the asker said it.</param>
public sealed record BackedFigure(Figure Figure, SourcedFigure? Source);

/// <summary>A figure that nothing backs.</summary>
/// <param name="Fault">Why, in words for the model.</param>
public sealed record UnbackedFigure(Figure Figure, string Fault);

/// <summary>How a text stands against its sources.</summary>
public sealed record GroundingReport(IReadOnlyList<BackedFigure> Backed, IReadOnlyList<UnbackedFigure> Unbacked);

/// <summary>
/// Traces each figure of a text to a tool result, a quotation or the asker's words. Pure: the same text and
/// sources give the same report.
/// </summary>
public static class GroundingCheck
{
    public static GroundingReport Check(string text, Evidence evidence)
    {
        var reader = new SubjectReader(text, evidence.Subjects);
        var choice = new SourceChoice(text, evidence);
        var backed = new List<BackedFigure>();
        var unbacked = new List<UnbackedFigure>();
        foreach (var quotation in FigureScanner.Quotations(text).Where(q => evidence.HolderOf(q.Value) is null && !evidence.AskerWrote(q.Value)))
        {
            unbacked.Add(new UnbackedFigure(quotation, "these words are in no source; quote verbatim or don't use quotation marks"));
        }

        foreach (var figure in FigureScanner.Scan(text))
        {
            Judge(figure, reader, choice, evidence, backed, unbacked);
        }

        return new GroundingReport(backed, [.. unbacked.OrderBy(u => u.Figure.At.Start)]);
    }

    private static void Judge(Figure figure, SubjectReader reader, SourceChoice choice, Evidence evidence, List<BackedFigure> backed, List<UnbackedFigure> unbacked)
    {
        SourcedFigure[] sources = [.. evidence.SourcesOf(figure)];
        var said = reader.Read(figure);
        SourcedFigure[] quoted = [.. sources.Where(s => s.Words is not null && IsQuotedFrom(s, figure, reader))];
        SourcedFigure[] fields = quoted.Length > 0 ? [] : [.. sources.Where(s => s.Words is null && Fits(s, said, figure))];
        SourcedFigure[] words = quoted.Length + fields.Length > 0 ? [] : [.. sources.Where(s => s.Words is not null && BackedByWords(s, said, figure, reader))];
        SourcedFigure[] fitting = [.. quoted, .. fields, .. words];
        if (fitting.Length > 0 || (evidence.AskerSaid(figure) && !IsAnothers(sources, figure)))
        {
            backed.Add(new BackedFigure(figure, fitting.Length > 0 ? choice.Best(figure, fitting) : null));
        }
        else if (Array.Exists(sources, s => s.Words is null) || !IsPartOfAName(figure, sources, reader, evidence))
        {
            unbacked.Add(new UnbackedFigure(figure, figure.Kind == FigureKind.Date && DateScanner.Readings(figure.Value).Length > 1 ? "it can be read as two days; write the month as a word" : Fault(sources, said)));
        }
    }

    /// <summary>The figure stands in a quotation of these very words: they are its source, whatever else has the same value.</summary>
    private static bool IsQuotedFrom(SourcedFigure source, Figure figure, SubjectReader reader) =>
        reader.QuotationAround(figure) is { } quoted && Evidence.Quotes(source.Words!, quoted);

    /// <summary>
    /// Words that somebody wrote back what repeats them: an id, a figure inside a name or inside a quotation of
    /// them. A document's also back a rule that is not said of anyone; never what a customer paid or owes.
    /// </summary>
    private static bool BackedByWords(SourcedFigure source, Said said, Figure figure, SubjectReader reader) =>
        (figure.Kind == FigureKind.Id && (source.Verbatim || Fits(source, said, figure)))
        || reader.IsInName(figure)
        || (source.Verbatim && (figure.Kind != FigureKind.Amount || (said.Customers.Count == 0 && said.Invoices.Count == 0)));

    /// <summary>The 54 of "Studio 54" counts nothing, nor the 5 of "5 Stars Plan".</summary>
    private static bool IsPartOfAName(Figure figure, SourcedFigure[] sources, SubjectReader reader, Evidence evidence) =>
        figure.Kind == FigureKind.Count
        && (reader.IsInName(figure)
            || (reader.NameBefore(figure) is { } name && evidence.IsNamed(name))
            || Array.Exists(sources, s => s is { IsName: true, Words: { } words } && words.Any(char.IsLetter) && reader.IsInside(figure, words)));

    /// <summary>
    /// The tools know the figure, but of another customer or invoice: that the asker said it too doesn't make it
    /// this one's. Dates and ids are the asker's to name.
    /// </summary>
    private static bool IsAnothers(SourcedFigure[] sources, Figure figure) =>
        figure.Kind is FigureKind.Amount or FigureKind.Percent or FigureKind.Count && Array.Exists(sources, s => s.Words is null);

    private static bool Fits(SourcedFigure source, Said said, Figure figure)
    {
        // An invoice's number is told apart by itself, whoever is named beside it.
        var customer = said.Customers.Count == 0 || (said.MayBeOfAll && source.Customers.Count == 0) || said.Customers.Any(m => m.Keys.Overlaps(source.Customers));
        var invoice = figure.Kind == FigureKind.Id || said.Invoices.Count == 0 || source.Invoices.Count == 0 || said.Invoices.Any(m => m.Keys.Overlaps(source.Invoices));
        return customer && invoice;
    }

    private static string Fault(SourcedFigure[] sources, Said said)
    {
        if (sources.Length == 0)
        {
            return "no tool returned it and the person did not say it";
        }

        if (Array.TrueForAll(sources, s => s.Words is not null))
        {
            return "it stands only in words that somebody wrote: repeat those words in quotation marks, or leave it out";
        }

        var owner = sources[0].Customers.FirstOrDefault(k => k.Contains(' ', StringComparison.Ordinal)) ?? sources[0].Customers.FirstOrDefault();
        return said.Customers.Count > 0 && !said.Customers.Any(m => m.Keys.Overlaps(sources[0].Customers)) && owner is not null
            ? $"it belongs to {owner}, not to the customer named there"
            : "it belongs to another object than the one named there";
    }

    /// <summary>The words that ask the model to correct itself.</summary>
    /// <param name="given">The beginning of the answer that the person has read already.</param>
    public static string CorrectionRequest(IReadOnlyList<UnbackedFigure> unbacked, string given = "") =>
        $"{CorrectionMark} These have no source in the tool results: {string.Join("; ", unbacked.Select(u => $"{u.Figure.Text} ({u.Fault})"))}. "
        + $"{Again(given)} using only figures exactly as the tools returned them; call a tool if one is missing, or leave the figure out. Don't mention this check.";

    /// <summary>Asks for the answer anew: of one that was begun to be given out, for what comes after that.</summary>
    internal static string Again(string given) => given.Length == 0
        ? "Write the whole answer again"
        : $"The person has read its beginning already, which stays:\n{given.Trim()}\nWrite only what comes after that again,";

    /// <summary>Begins every correction request, so that it is never taken for the asker's words.</summary>
    public const string CorrectionMark = "[figures check]";

    /// <summary>The text with its unbacked figures marked.</summary>
    public static string Mark(string text, IReadOnlyList<UnbackedFigure> unbacked)
    {
        foreach (var at in unbacked.Select(u => u.Figure.At).OrderByDescending(a => a.End))
        {
            text = text.Insert(at.End, " [unverified]");
        }

        return text;
    }
}
