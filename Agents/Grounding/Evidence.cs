using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>A tool call of the conversation and what it returned, as the model saw both (with handles).</summary>
public sealed record ToolEvidence(string CallId, string Tool, JsonNode? Arguments, JsonNode? Result);

/// <summary>A figure that a source holds.</summary>
/// <param name="Figure">What is said there.</param>
/// <param name="Call">The call that said it.</param>
/// <param name="Path">JSON path of the leaf.</param>
/// <param name="ObjectHandle">Handle of the nearest object around the leaf.</param>
/// <param name="Customers">Whose it is: handles and names; empty when nobody's (a policy).</param>
/// <param name="Invoices">Which invoices it is about: handles and numbers; empty when it isn't an invoice's.</param>
/// <param name="Verbatim">True for words out of a document.</param>
/// <param name="Owner">The object that holds the leaf directly; null at the root.</param>
/// <param name="Words">The leaf's text when somebody wrote it: a document's, or text from outside. Null for what Stripe's own fields or our code say.</param>
public sealed record SourcedFigure(
    Figure Figure,
    ToolEvidence Call,
    string Path,
    string? ObjectHandle,
    IReadOnlySet<string> Customers,
    IReadOnlySet<string> Invoices,
    bool Verbatim,
    JsonObject? Owner = null,
    string? Words = null)
{
    /// <summary>True when <see cref="Words"/> are a name: of a customer, a product, a plan, a discount.</summary>
    public bool IsName { get; init; }

    /// <summary>Name of the leaf: <c>total</c> of <c>$.current.total</c>; empty for an item of a list.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..] is var name && name.Contains('[', StringComparison.Ordinal) ? "" : name;
}

/// <summary>Everything a conversation's answers may rest on.</summary>
public sealed partial class Evidence
{
    private readonly List<SourcedFigure> _figures = [];
    private readonly List<(string Text, SourcedFigure Leaf)> _texts = [];

    /// <summary>What our own fields and sentences say, without the names in them.</summary>
    private readonly List<string> _ours = [];

    /// <summary>What the fields of results say has become of an object: <c>canceled</c>, <c>refunded</c>; of a name its participles too.</summary>
    private readonly HashSet<string> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<JsonObject, List<SourcedFigure>> _byOwner = new(ReferenceEqualityComparer.Instance);
    private readonly List<(string Text, SourcedFigure Leaf)> _refusals = [];
    private readonly List<Figure> _asked = [];
    private readonly List<string> _askerTexts = [];

    /// <param name="calls">Oldest first.</param>
    /// <param name="askerTexts">The asker's messages of this conversation.</param>
    public Evidence(IReadOnlyList<ToolEvidence> calls, IReadOnlyList<string> askerTexts)
    {
        Calls = [.. calls.Where(c => ErrorOf(c) is null)];
        Subjects = new SubjectIndex(Calls);
        foreach (var call in Calls)
        {
            Walk(new LeafWalk(call, Subjects), call.Result, "$", []);
        }

        foreach (var call in calls)
        {
            TakeRefusal(call);
        }

        foreach (var leaf in _figures.Concat(_texts.Select(t => t.Leaf)).Where(f => f.Owner is not null))
        {
            if (!_byOwner.TryGetValue(leaf.Owner!, out var siblings))
            {
                _byOwner[leaf.Owner!] = siblings = [];
            }

            siblings.Add(leaf);
        }

        _askerTexts.AddRange(askerTexts);
        _asked.AddRange(askerTexts.SelectMany(FigureScanner.Scan));
    }

    public SubjectIndex Subjects { get; }

    /// <summary>Every tool call of the conversation that was not refused, oldest first.</summary>
    public IReadOnlyList<ToolEvidence> Calls { get; }

    /// <summary>Sources of a figure: those of the newest call first, within a call in the order they stand.</summary>
    public IEnumerable<SourcedFigure> SourcesOf(Figure figure) =>
        _figures.Where(s => Backs(s.Figure, figure) && (figure.Kind != FigureKind.Count || CountedThings.Fits(figure.Noun, s))).GroupBy(s => s.Call, ReferenceEqualityComparer.Instance).Reverse().SelectMany(g => g)
            .Concat(OfItsOneDay(figure));

    /// <summary>A date that can be read as two days, of which one alone is known, is that day.</summary>
    private IEnumerable<SourcedFigure> OfItsOneDay(Figure figure)
    {
        if (figure.Kind != FigureKind.Date || DateScanner.Readings(figure.Value) is not { Length: > 1 } days)
        {
            return [];
        }

        Figure[] known = [.. days.Select(d => figure with { Value = d }).Where(f => _figures.Exists(s => Backs(s.Figure, f)))];
        return known.Length == 1 ? SourcesOf(known[0]) : [];
    }

    /// <summary>The other leaves of the object that holds this one: figures, and texts as quotations.</summary>
    public IEnumerable<SourcedFigure> Beside(SourcedFigure source) =>
        source.Owner is null ? [] : _byOwner[source.Owner].Where(s => s.Path != source.Path);

    /// <summary>True when a field of a tool's result says these words itself: <c>credit_note_applied</c> says "credit note applied".</summary>
    public bool Reports(string words) =>
        Flat(words) is var wanted && _ours.Exists(t => t.Contains(wanted, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when a field of a tool's result tells that something is in one of these states: its value, or its name where it has one.</summary>
    public bool Tells(IEnumerable<string> states) => states.Any(_states.Contains);

    /// <summary>The section of our policy that holds these words, verbatim but for white space and case; null when none does.</summary>
    public SourcedFigure? PolicyHolderOf(string words)
    {
        var wanted = Pieces(words);
        return _texts.FindLast(t => IsPolicy(t.Leaf) && Holds(t.Text, wanted)).Leaf
            ?? _refusals.FindLast(t => t.Text.Contains("policy", StringComparison.OrdinalIgnoreCase) && Holds(t.Text, wanted)).Leaf;
    }

    /// <summary>A search's policies, not its tickets; and what a tool calls a policy.</summary>
    private static bool IsPolicy(SourcedFigure leaf) =>
        leaf.Call.Tool == "search_policies" ? leaf.Path.StartsWith("$.policies", StringComparison.Ordinal) : leaf.Path.Contains("polic", StringComparison.OrdinalIgnoreCase) || leaf.Path.Contains("quote", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when what is written says the same as what is known: a month covers its days.</summary>
    internal static bool Says(Figure written, Figure known) => Backs(known, written);

    /// <summary>True when the asker said it.</summary>
    public bool AskerSaid(Figure figure) => _asked.Exists(a => Backs(a, figure));

    /// <summary>The leaf that holds these words, verbatim but for white space and case; null when none does.</summary>
    public SourcedFigure? HolderOf(string words)
    {
        var wanted = Pieces(words);
        return _texts.FindLast(t => Holds(t.Text, wanted)).Leaf ?? _refusals.FindLast(t => Holds(t.Text, wanted)).Leaf;
    }

    public bool AskerWrote(string words) => Pieces(words) is var wanted && _askerTexts.Exists(t => Holds(Flat(t), wanted));

    /// <summary>True when a customer's or a product's name has this word and the number after it ("Studio 54"). Other words don't tell: a ticket may say anything.</summary>
    public bool IsNamed(string wordAndNumber) =>
        _texts.Exists(t => !t.Leaf.Verbatim && LeafWalk.NameLeaves.Contains(t.Leaf.Name) && $" {t.Text} ".Contains($" {wordAndNumber} ", StringComparison.Ordinal));

    /// <summary>True when the text has these words, in order where "[…]" leaves some out.</summary>
    internal static bool Quotes(string flat, string words) => Holds(flat, Pieces(words));

    private static string[] Pieces(string words) => [.. LeftOut().Split(words).Select(Flat).Where(p => p.Length > 0)];

    /// <summary>Fewer words on one side of what is left out could be picked together into something that nobody said.</summary>
    private const int MinWordsOfAPiece = 4;

    /// <summary>Two pieces at most, and neither too short: of more, or of single words, anything can be put together.</summary>
    private static bool Holds(string flat, string[] pieces)
    {
        if (pieces.Length > 2 || (pieces.Length == 2 && Array.Exists(pieces, p => p.Split(' ').Length < MinWordsOfAPiece)))
        {
            return false;
        }

        var from = 0;
        foreach (var piece in pieces)
        {
            var at = flat.IndexOf(piece, from, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            from = at + piece.Length;
        }

        return pieces.Length > 0;
    }

    [GeneratedRegex(@"\[(?:\.\.\.|…)\]|(?<=\s)(?:\.\.\.|…)(?=\s)", RegexOptions.CultureInvariant)]
    private static partial Regex LeftOut();

    /// <summary>The words alone: quotation marks of one kind, no emphasis marks, one space between words.</summary>
    internal static string Flat(string text) =>
        string.Join(' ', QuotationMarks().Replace(UntrustedWords.Strip(text).Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal), "'").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.', ',');

    [GeneratedRegex("[\"“”‘’]", RegexOptions.CultureInvariant)]
    private static partial Regex QuotationMarks();

    private static bool Backs(Figure source, Figure written) => (source.Kind, written.Kind) switch
    {
        (FigureKind.Date, FigureKind.Date) => DateScanner.Covers(written.Value, source.Value),
        (FigureKind.Count, FigureKind.Amount) => written.Currency is null && source.Number is not null && source.Number == written.Number,
        _ => source.Agrees(written) || written.Rounds(source),
    };

    private void Walk(LeafWalk walk, JsonNode? node, string path, IReadOnlyList<JsonObject> ancestors)
    {
        switch (node)
        {
            case JsonObject value:
                IReadOnlyList<JsonObject> around = [value, .. ancestors];
                foreach (var (name, child) in value)
                {
                    TakeState(walk, name, child);
                    Walk(walk, child, $"{path}.{name}", around);
                }

                break;
            case JsonArray items:
                TakeCounts(walk, items, path, ancestors);
                for (var i = 0; i < items.Count; i++)
                {
                    Walk(walk, items[i], $"{path}[{i}]", ancestors);
                }

                break;
            case JsonValue leaf:
                TakeLeaf(walk, leaf, path, ancestors);
                break;
        }
    }

    /// <summary>Of a result's fields; a document speaks of anything.</summary>
    private void TakeState(LeafWalk walk, string name, JsonNode? value)
    {
        if (walk.IsDocument)
        {
            return;
        }

        var text = value is JsonValue leaf && leaf.TryGetValue<string>(out var said) ? said : null;
        if (text is not null && text.Length <= LongestState && UntrustedWords.OfOurs(text) == text && !text.Contains(' ', StringComparison.Ordinal))
        {
            _states.Add(text);
        }

        if (IsSomething(value))
        {
            _states.Add(name);
            _states.UnionWith(name.Split('_').Where(w => w.EndsWith("ed", StringComparison.Ordinal)));
        }
    }

    private static bool IsSomething(JsonNode? value) => value switch
    {
        JsonArray items => items.Count > 0,
        JsonObject => true,
        JsonValue leaf => leaf.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Number => leaf.ToJsonString() != "0",
            JsonValueKind.String => leaf.GetValue<string>() is { Length: > 0 } text && !(decimal.TryParse(text.Split(' ')[0], NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) && amount == 0),
            _ => false,
        },
        _ => false,
    };

    /// <summary>A status is one word.</summary>
    private const int LongestState = 30;

    private void TakeLeaf(LeafWalk walk, JsonValue leaf, string path, IReadOnlyList<JsonObject> ancestors)
    {
        if (leaf.GetValueKind() == JsonValueKind.Number)
        {
            if (decimal.TryParse(leaf.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                _figures.AddRange(NumbersOf(number, path).Select(f => walk.Source(f, path, ancestors)));
            }
        }
        else if (leaf.GetValueKind() == JsonValueKind.String)
        {
            var text = leaf.GetValue<string>();
            var whole = walk.Source(new Figure(default, text, FigureKind.Quote, text), path, ancestors, text);
            _texts.Add((Flat(text), whole));
            if (whole.Words is null)
            {
                _ours.Add(Flat(UntrustedWords.OfOurs(text)).Replace('_', ' '));
            }

            _figures.AddRange(FigureScanner.Scan(text).Select(f => walk.Source(f, path, ancestors, text)));
            if (text == "duplicate_charge" || path.EndsWith(".same_as", StringComparison.Ordinal))
            {
                // A double is two charges, also where the tool names one.
                _figures.Add(walk.Source(CountOf(2) with { Noun = "charge" }, path, ancestors));
            }
        }
    }

    private static JsonObject? ErrorOf(ToolEvidence call) => call.Result is JsonObject result ? result["error"] as JsonObject : null;

    /// <summary>
    /// A refusal tells what is left, or allowed. It may also repeat what the model itself sent, and words from outside:
    /// those are no source. Nothing was done by it, so it reports no deed either.
    /// </summary>
    private void TakeRefusal(ToolEvidence call)
    {
        if (ErrorOf(call) is not { } error)
        {
            return;
        }

        var walk = new LeafWalk(call, Subjects);
        // Its reason for a proposal is for people: no refusal repeats it.
        var words = string.Join('\n', Leaves(call.Arguments is JsonObject named ? named.Where(a => a.Key != ProposalArguments.Why).Select(a => a.Value) : [call.Arguments]));
        List<Figure> sent = [.. FigureScanner.Scan(words)];
        HashSet<decimal> numbers = [.. Number().Matches(words).Select(m => decimal.TryParse(m.ValueSpan, NumberStyles.Number, CultureInfo.InvariantCulture, out var n) ? n : -1)];
        bool IsNew(Figure f) => !sent.Exists(s => Backs(s, f) || s.Value == f.Value) && !(f.Number is { } n && numbers.Contains(n));
        foreach (var name in new[] { "message", "remedy" })
        {
            if (error[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            {
                var whole = value.GetValue<string>();
                var path = $"$.error.{name}";
                foreach (Match part in FromOutside().Matches(whole))
                {
                    TakePart(part.Value, Flat(part.Value));
                }

                TakePart(FromOutside().Replace(whole, "…"), null);

                // Quoted words, a policy's or a customer's, back what repeats them as a quotation, and no fact.
                void TakePart(string text, string? quoted)
                {
                    _refusals.Add((Flat(text), walk.Source(new Figure(default, text, FigureKind.Quote, text), path, [error]) with { Words = quoted }));
                    _figures.AddRange(FigureScanner.Scan(text).Where(IsNew).Select(f => walk.Source(f, path, [error]) with { Words = quoted }));
                }
            }
        }
    }

    private static IEnumerable<string> Leaves(IEnumerable<JsonNode?> nodes) => nodes.SelectMany(node => node switch
    {
        JsonObject o => Leaves(o.Select(p => p.Value)),
        JsonArray a => Leaves(a),
        JsonValue v => [v.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : v.ToJsonString()],
        _ => [],
    });

    [GeneratedRegex(@"[0-9]+(?:[.,][0-9]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("«[^»]*»", RegexOptions.CultureInvariant)]
    private static partial Regex FromOutside();

    /// <summary>How many items there are, and how many share a value ("3 open").</summary>
    private void TakeCounts(LeafWalk walk, JsonArray items, string path, IReadOnlyList<JsonObject> ancestors)
    {
        _figures.Add(walk.Source(CountOf(items.Count), path + ".length", ancestors));
        var shared = items.OfType<JsonObject>().SelectMany(o => o)
            .Where(p => p.Value is JsonValue)
            .GroupBy(p => (p.Key, Value: p.Value!.ToJsonString()))
            .Where(g => g.Count() > 1);
        foreach (var group in shared)
        {
            _figures.Add(walk.Source(CountOf(group.Count()), $"{path}[?{group.Key.Key}={group.Key.Value}].length", ancestors));
        }
    }

    /// <summary>A number is a count, unless its name says that it is a share: a count backs no percentage, nor the other way round.</summary>
    private static IEnumerable<Figure> NumbersOf(decimal number, string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        var isPercent = name.Contains("percent", StringComparison.Ordinal);
        if (isPercent || name.EndsWith("_rate", StringComparison.Ordinal) || name is "rate" or "share" or "ratio")
        {
            var percent = Math.Abs(isPercent || Math.Abs(number) > 1 ? number : number * 100);
            var text = percent.ToString("0.####", CultureInfo.InvariantCulture) + "%";
            return [new Figure(default, text, FigureKind.Percent, text, percent)];
        }

        return [CountOf(number)];
    }

    private static Figure CountOf(decimal number)
    {
        var text = Math.Abs(number).ToString("0.####", CultureInfo.InvariantCulture);
        return new Figure(default, text, FigureKind.Count, text, Math.Abs(number));
    }
}
