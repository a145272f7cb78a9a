using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Grounding;

/// <summary>
/// What a count can be a count of, and by which words a tool's fields say the same thing: the 6 of "6 disputes" is
/// no length of a list of invoices.
/// </summary>
internal static partial class CountedThings
{
    /// <summary>Each line is one thing: what an answer calls it, then what fields call it.</summary>
    private const string Table = """
        invoice bill rechnung rechnungen factura facture : unpaid
        charge payment attempt transaction retry retrie decline failure try trie zahlung pago paiement : duplicate paid declined failed succeeded
        subscription plan abonnement abo suscripción suscripcion :
        seat user licence license platz sitz asiento siège : quantity qty
        customer client company subscriber kunde cliente :
        dispute chargeback inquiry inquirie : disputed
        ticket :
        refund : refunded
        credit_note gutschrift : credit credited
        credit : credit_note credited
        coupon discount voucher :
        line item position : row change part
        reminder mail e-mail : mailed dunning
        proposal :
        call request event unit : quantity usage used included overage
        product price :
        policy policie section document :
        minute hour day week month year business_day tag jour día mois monat mes woche stunde : age since left window due schedule before ends apart interval
        """;

    private static readonly (HashSet<string> Said, HashSet<string> Fields)[] Things = Read();

    /// <summary>True when the leaf counts what the noun names, or when nobody can tell.</summary>
    /// <param name="noun">As it stands behind the number; null when nothing does.</param>
    public static bool Fits(string? noun, SourcedFigure source)
    {
        if (noun is null || Find(noun) is not { Length: > 0 } things)
        {
            return true;
        }

        if (source.Figure.Noun is { } same)
        {
            return Find(same) is not { Length: > 0 } others || others.Intersect(things).Any();
        }

        string[] fields = [.. Segment().Matches(source.Path).Select(m => m.Value).Where(s => s is not "length").Reverse()];
        var isLength = source.Path.EndsWith(".length", StringComparison.Ordinal) || fields is ["count", ..];
        if (IsSpan(things))
        {
            return fields.Length == 0 || (!isLength && (Among(fields[0]) is not { Count: > 0 } of || of.Overlaps(things)));
        }

        // From the leaf outwards; what speaks of nothing known tells nothing.
        HashSet<int>[] spoken = [.. fields.Append(source.Call.Tool).Select(Among).Where(of => of.Count > 0)];
        string[] beside = fields is ["count", ..] && source.Owner is { } owner ? [.. owner.Where(p => p.Value is JsonArray).Select(p => p.Key)] : [];
        return spoken.Length == 0
            || Array.Exists(beside, name => Among(name).Overlaps(things))
            || (isLength ? fields is not ["totals", ..] && spoken[0].Overlaps(things) : Array.Exists(spoken, of => of.Overlaps(things)));
    }

    /// <summary>Days and months measure; no list holds them.</summary>
    private static bool IsSpan(int[] things) => things.Contains(Things.Length - 1);

    /// <summary>Things that a field's or a tool's name, or the filter of a list, speaks of.</summary>
    private static HashSet<int> Among(string name)
    {
        var words = Word().Matches(Key().Replace(name.ToLowerInvariant(), "[")).Select(m => Singular(m.Value)).ToArray();
        var pairs = words.Zip(words.Skip(1), (a, b) => $"{a}_{b}");
        return [.. Enumerable.Range(0, Things.Length).Where(i => words.Concat(pairs).Any(w => Things[i].Said.Contains(w) || Things[i].Fields.Contains(w)))];
    }

    private static int[] Find(string noun)
    {
        var word = Singular(noun.ToLowerInvariant().Replace(' ', '_'));
        return [.. Enumerable.Range(0, Things.Length).Where(i => Things[i].Said.Contains(word))];
    }

    private static string Singular(string word) => word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word;

    private static (HashSet<string> Said, HashSet<string> Fields)[] Read() =>
    [
        .. from line in Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
           let halves = line.Split(':', StringSplitOptions.TrimEntries)
           select (Words(halves[0]), Words(halves[1])),
    ];

    private static HashSet<string> Words(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    /// <summary>A field's name with the filter behind it; an item's number says nothing.</summary>
    [GeneratedRegex(@"[A-Za-z_]\w*(?:\[\?[^\]]*\])?", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();

    /// <summary>What the items of a list share says what they are when it is a state ("paid") or true of them; a name doesn't.</summary>
    [GeneratedRegex(@"\[\?\w+=(?=""[a-z_]+""\])|\[\?\w+=(?!true\b|""[a-z_]+""\])[^\]]*", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex(@"\p{L}+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
