using System.Globalization;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing;

namespace BillingCopilot.Agents.Grounding;

/// <summary>Finds every amount, percentage, date, id, count and quotation in a text.</summary>
public static partial class FigureScanner
{
    /// <summary>From here on a number is no figure of a bill; scaled and in minor units it must still fit a decimal.</summary>
    private const decimal MaxNumber = 1_000_000_000_000_000m;

    /// <summary>In the order they stand, none inside another but those inside quotations.</summary>
    public static IReadOnlyList<Figure> Scan(string text)
    {
        // Every figure has a digit, but for an id of letters alone and a number in words.
        var hasDigit = text.AsSpan().ContainsAnyInRange('0', '9');
        var found = new List<Figure>();
        foreach (Match m in Identifier().Matches(text))
        {
            Take(found, m, FigureKind.Id, m.Value);
        }

        foreach (Match m in InWords().Matches(text))
        {
            TakeInWords(found, m);
        }

        if (!hasDigit)
        {
            return [.. found.OrderBy(f => f.At.Start)];
        }

        DateScanner.Scan(text, (m, value) => Take(found, m, FigureKind.Date, value));
        foreach (Match m in MoneyText().Matches(text))
        {
            TakeAmount(found, m);
        }

        foreach (Match m in Percent().Matches(text))
        {
            TakeNumber(found, m, FigureKind.Percent, "%");
        }

        foreach (Match m in Count().Matches(text))
        {
            TakeNumber(found, m, FigureKind.Count, "");
        }

        foreach (Match m in Plural().Matches(text))
        {
            TakeNumber(found, m, FigureKind.Count, "");
        }

        foreach (Match m in Bare().Matches(text))
        {
            TakeAmount(found, m);
        }

        return [.. found.OrderBy(f => f.At.Start).Select(f => Approximately().IsMatch(text[..f.At.Start]) ? f with { About = true } : f)];
    }

    /// <summary>Words in quotation marks, four or more of them: shorter ones are names.</summary>
    public static IEnumerable<Figure> Quotations(string text) =>
        Quoted(text).Where(q => q.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 4);

    /// <summary>Everything in quotation marks but single words.</summary>
    public static IEnumerable<Figure> Quoted(string text) =>
        from Match m in Quotation().Matches(text)
        select new Figure(new Span(m.Index, m.Length), m.Value, FigureKind.Quote, m.Groups["words"].Value);

    private static void TakeAmount(List<Figure> found, Match m)
    {
        if (NumberOf(m) is not { } number)
        {
            // It has no value, so that no source backs it.
            Take(found, m, FigureKind.Amount, m.Value);
        }
        else
        {
            TakeMoney(found, m, number);
        }
    }

    private static void TakeMoney(List<Figure> found, Match m, decimal number)
    {
        var currency = Currencies.Of(m.Groups["post"].Value) ?? Currencies.Of(m.Groups["pre"].Value) ?? Currencies.Of(m.Groups["sym"].Value);
        number *= m.Groups["post"].Value.StartsWith("cent", StringComparison.OrdinalIgnoreCase) ? 0.01m : 1;
        number *= m.Groups["scale"].Value.ToLowerInvariant() switch { "k" => 1_000, "m" => 1_000_000, _ => 1 };
        var minor = currency is null ? number : number * (decimal)Math.Pow(10, Money.DecimalsOf(currency));
        var value = currency is null
            ? number.ToString(CultureInfo.InvariantCulture)
            : $"{minor.ToString("0.###", CultureInfo.InvariantCulture)} {currency}";
        Take(found, m, FigureKind.Amount, value, number, currency);
    }

    private static void TakeInWords(List<Figure> found, Match m)
    {
        var number = NumberWords.ValueOf(m.Groups["words"].Value);
        if (m.Groups["percent"].Success)
        {
            Take(found, m, FigureKind.Percent, number.ToString("0.####", CultureInfo.InvariantCulture) + "%", number);
        }
        else if (m.Groups["noun"].Success)
        {
            Take(found, m, FigureKind.Count, number.ToString("0.####", CultureInfo.InvariantCulture), number);
        }
        else
        {
            TakeMoney(found, m, number);
        }
    }

    private static void TakeNumber(List<Figure> found, Match m, FigureKind kind, string unit)
    {
        var number = NumberOf(m);
        Take(found, m, kind, number is { } n ? n.ToString("0.####", CultureInfo.InvariantCulture) + unit : m.Value, number);
    }

    /// <summary>The magnitude; null when it is too large to be anybody's bill, and too large to calculate with.</summary>
    private static decimal? NumberOf(Match m) =>
        decimal.TryParse(PointNumber(m.Groups["num"].Value), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < MaxNumber
            ? number
            : null;

    /// <summary>1.234,50 and 1 234,50 as 1234.50; 1,234.50 too. A comma before one or two last digits is a decimal comma.</summary>
    private static string PointNumber(string written)
    {
        var digits = Grouping().Replace(written, "");
        return DecimalComma().IsMatch(digits)
            ? digits.Replace(".", "", StringComparison.Ordinal).Replace(',', '.')
            : digits.Replace(",", "", StringComparison.Ordinal);
    }

    private static void Take(List<Figure> found, Match m, FigureKind kind, string value, decimal? number = null, string? currency = null)
    {
        var group = m.Groups["figure"].Success ? m.Groups["figure"] : m;
        var at = new Span(group.Index, group.Length);
        if (!found.Exists(f => f.At.Start < at.End && at.Start < f.At.End))
        {
            found.Add(new Figure(at, group.Value, kind, value, number, currency) { Noun = m.Groups["noun"] is { Success: true } noun ? noun.Value : null });
        }
    }

    [GeneratedRegex(@"\b(?:cus|sub|in|il|ch|py|pi|pm|re|cn|prod|price|po|txn|dp|evt|req)_[A-Za-z0-9_]{4,}\b|\b(?:cus|inv|line|ch|pi|pm|re|cn|sub|prod|price|prop)[0-9]{1,5}\b|\b(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,12}-(?:[A-Z0-9]{1,8}-)?[0-9]{3,8}(?:-CN-[0-9]{1,4})?\b", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"(?<figure>[-−]?(?:(?:US|CA|A)?(?<sym>\p{Sc})\s?|\b(?<pre>" + Currencies.Pattern + "|" + Currencies.Marks + @")\s?)(?<num>" + Continental + @"|[0-9](?:[0-9,]*[0-9])?(?:\.[0-9]+)?)(?<scale>[kKmM]\b)?(?:\s?(?<post>" + Currencies.Pattern + @")\b)?)"
        + @"|(?<![\w.,-[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]])(?<figure>[-−]?(?<num>" + Continental + @"|[0-9](?:[0-9,]*[0-9])?(?:\.[0-9]+)?)\s?(?<post>(?:" + Currencies.Pattern + @"|dollars?|cents?|euros?|pounds?|yen)\b|(?:" + Currencies.Marks + @")(?!\w)|[\p{Sc}円元](?![0-9])))"
        + @"|(?<![\w.,\p{Sc}])(?<figure>[-−]?(?<num>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{2})?|[0-9]+\.[0-9]{2}))(?![\w%]|[.,][0-9]|\s?(?:%|percent|pour[\s\-]cent|por[\s\-]ciento|Prozent|points?\b))", RegexOptions.CultureInvariant)]
    private static partial Regex MoneyText();

    /// <summary>Words right before a figure that say it is rounded.</summary>
    [GeneratedRegex(@"(?:\b(?:about|around|roughly|approximately|approx\.|nearly|almost|circa|ca\.)\s|[~≈]\s?)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.RightToLeft)]
    private static partial Regex Approximately();

    /// <summary>Groups by point, space or apostrophe, with a decimal comma: only beside a currency, where it can't be two numbers.</summary>
    private const string Continental = @"[0-9]{1,3}(?:[.\u0020\u00A0\u202F'’][0-9]{3})+,[0-9]{1,3}(?![0-9])|[0-9]+,[0-9]{1,2}(?![0-9,.])";

    [GeneratedRegex(@"[\u0020\u00A0\u202F'’]", RegexOptions.CultureInvariant)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"^[0-9.]*,[0-9]{1,2}$|^[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalComma();

    [GeneratedRegex(@"(?<![\w.-[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]])(?<figure>[-−+]?(?<num>[0-9](?:[0-9,]*[0-9])?(?:\.[0-9]+)?)[\s\-]?(?:" + PercentWords + "))", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Percent();

    private const string PercentWords = @"[%％]|(?:percentage|percent)[\s\-]points?\b|percent\b|per cent\b|pct\b|pp\b|points?\b(?=\s+(?:rise|increase|gain|jump|drop|fall|decline|decrease|more|less|higher|lower|up|down)\b)|Prozent(?:punkte?n?)?\b|pour[\s\-]cent\b|por[\s\-]ciento\b|パーセント";

    /// <summary>What can be counted, one or many.</summary>
    private const string Noun = "charge|invoice|payment|attempt|seat|user|licen[cs]e|customer|refund|retr(?:y|ie)|line|item|subscription|dispute|credit note|transaction|time|unit|call|request|event|failure|decline|reminder|mail|proposal|credit|plan|ticket|coupon|discount|product|account|mistake|duplicate|client|chargeback|bill";

    private const string SpanOfTime = "business day|day|hour|week|month|year|minute";

    /// <summary>Words that begin something else: "2 of the charges" are counted, "line 2 is the charge" counts nothing.</summary>
    private const string Between = @"(?:(?!(?:is|are|was|were|on|in|at|to|and|or|for|with|by|from|has|have|had|that|which|who|each|per|if|when|as|not|no|can|will|may|must|do|does|did|be|been|of|a|an|the)\b)\p{L}[\p{L}\-]*\s)";

    private const string OfThem = @"(?:of\s+(?:the|their|its|our|your|his|her|these|those|all)\s+(?:[0-9]+\s)?)?";

    private const string Counted = @"(?=[\s\-]" + OfThem + Between + @"{0,2}?(?:(?<noun>" + SpanOfTime + ")|(?<noun>" + Noun + @")(?:s?\s(?<noun>" + Noun + @"))?)s?\b)";

    /// <summary>What follows has its number as a name: "day 10 mail", "line 3 says".</summary>
    private const string NoLabel = @"(?<!\b(?:[Ll]ine|[Ss]tep|[Ss]ection|[Vv]ersion|[Oo]ption|[Pp]age|[Pp]art|[Pp]oint|[Ii]tem|[Nn]umber|[Nn]o\.|[Tt]ier|[Pp]hase|[Rr]ule|[Ll]evel|[Cc]hapter|[Dd]ay|[Mm]onth|[Ww]eek|[Ee]rror|[Cc]ode|[Ss]tatus|[Ii]nvoice|[Cc]harge|[Pp]roposal|[Tt]icket|[Pp]lan)\s)";

    /// <summary>Not the last digits of a card ("visa 5881 payment"), no minutes of an hour and no number of a list's line.</summary>
    private const string Number = NoLabel + @"(?<![\w.,:/\-#])(?<!\b(?:[Vv]isa|[Mm]aster[Cc]ard|[Aa]mex|[Aa]merican [Ee]xpress|[Dd]iscover|jcb|JCB|[Dd]iners(?: [Cc]lub)?|[Uu]nion[Pp]ay|[Mm]aestro|[Cc]ard|ending(?: in| with)?|last4|(?:•|\*){1,4})\s)(?<figure>(?<num>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+))";

    private const string NoYear = @"(?<!\b(?:[Ii]n|[Ss]ince|[Oo]f|[Uu]ntil|[Ff]rom|[Dd]uring|[Ff]or|[Yy]ear)\s(?:19|20)[0-9][0-9])";

    [GeneratedRegex(Number + NoYear + Counted, RegexOptions.CultureInvariant)]
    private static partial Regex Count();

    /// <summary>Any other word that stands for many: "9 vouchers". A year counts nothing.</summary>
    [GeneratedRegex(@"(?<!\b(?:of|in|since|until|from|year)\s)" + Number + @"(?<!\b(?:19|20)[0-9][0-9])(?=\s(?:" + Between + @")?(?!(?:is|was|has|does|this|its|us|as|less|plus|minus|across|towards?|perhaps|always|yes|says|shows|means|stays|goes|ends|pays|costs|needs|fits|starts|renews|expires|comes|gives|takes|makes|gets|lists|runs|applies|lets|falls|rises|wants|asks|waits|counts|stands|tells|matches|equals|belongs|fails|digits|letters|characters|words|sentences|steps|options|ways|things|parts|reasons|questions|possibilities|choices|examples)\b)(?<noun>\p{Ll}{2,}[^\W\d_sui]s)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Plural();

    /// <summary>A large number that is said to be somebody's: "MRR is 48000". Four digits may be a year.</summary>
    [GeneratedRegex(@"(?<=\b(?:MRR|ARR|[Tt]otals?|[Rr]evenue|[Bb]alance|[Aa]mounts?)(?:\s+(?:is|are|was|were|of|to|at|now|about|by)){0,3}\s+|\b(?:paid|owes?|owed|charged|billed|costs?)\s+)(?<figure>(?<num>[0-9]{4,}))(?<!\b(?:19|20)[0-9][0-9])(?![\w%]|[.,][0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    /// <summary>"The two charges" are those just spoken of.</summary>
    [GeneratedRegex(@"\b(?<figure>(?<words>" + NumberWords.Pattern + @")\s+(?:(?<post>dollars?|cents?|euros?|pounds?|yen)|(?<percent>percent|per cent))\b)|\b(?<!\b(?:the|these|those)\s(?=two\b|three\b))(?<figure>(?<words>" + NumberWords.Pattern + "))" + Counted, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex InWords();

    [GeneratedRegex("[\"“](?<words>[^\"“”\\n]{8,}?)[\"”]", RegexOptions.CultureInvariant)]
    private static partial Regex Quotation();
}
