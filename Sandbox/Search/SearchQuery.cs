using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Search;

/// <summary>A field that can be searched.</summary>
/// <param name="Path">Where its value is.</param>
/// <param name="Type">s: text, also by a part of it; t: a token, as a whole only; n: a number, also by comparison.</param>
internal sealed record SearchField(string Path, char Type);

/// <summary>
/// Stripe's search language: up to ten clauses joined by AND or by OR, never both; see
/// https://docs.stripe.com/search#search-query-language.
/// </summary>
internal sealed partial class SearchQuery
{
    private const int MostClauses = 10;
    private const string Metadata = "metadata";
    private const int MinSubstring = 3;
    private readonly List<Clause> _clauses = [];
    private bool _any;

    private sealed record Clause(string Path, string? MetadataKey, string Operator, string Value, bool IsText, bool Negated);

    /// <param name="text">The query.</param>
    /// <param name="fields">What can be searched, by its name.</param>
    public static SearchQuery Parse(string text, IReadOnlyDictionary<string, SearchField> fields)
    {
        var query = new SearchQuery();
        var position = 0;
        while (true)
        {
            var match = ClausePattern().Match(text, position);
            if (!match.Success)
            {
                throw Unreadable(text, position);
            }

            query._clauses.Add(Read(match, fields));
            if (query._clauses.Count > MostClauses)
            {
                throw ApiError.Invalid($"A search query can have at most {MostClauses} clauses.", "query");
            }

            position = match.Index + match.Length;
            if (position >= text.TrimEnd().Length)
            {
                return query;
            }

            position = query.Join(text, position);
        }
    }

    /// <summary>Exact ids and states that every match has, for the indexes. Other texts match in any case, so they name no index.</summary>
    public IEnumerable<(string Path, string Value)> Exact => _any ? [] : _clauses
        .Where(c => c is { Negated: false, IsText: true, MetadataKey: null, Operator: ":" or "=", Path: "customer" or "parent.subscription_details.subscription" or "status" })
        .Where(c => c.Path != "status" || !c.Value.Any(char.IsUpper))
        .Select(c => (c.Path, c.Value));

    public bool Matches(JsonObject value) => _any ? _clauses.Any(c => Matches(c, value)) : _clauses.All(c => Matches(c, value));

    private int Join(string text, int position)
    {
        var match = JoinPattern().Match(text, position);
        if (!match.Success)
        {
            throw Unreadable(text, position);
        }

        var any = match.Groups["word"].Value.Equals("OR", StringComparison.OrdinalIgnoreCase);
        if (_clauses.Count > 1 && any != _any)
        {
            throw ApiError.Invalid("You cannot combine AND and OR in the same search query.", "query");
        }

        _any = any;
        return match.Index + match.Length;
    }

    private static Clause Read(Match match, IReadOnlyDictionary<string, SearchField> fields)
    {
        var (name, key, @operator, text) = (match.Groups["field"].Value, match.Groups["key"], match.Groups["op"].Value, match.Groups["text"]);
        if (!fields.TryGetValue(name, out var field))
        {
            throw ApiError.Invalid($"Field `{name}` is an unsupported search field for this resource.", "query");
        }

        if (key.Success != (name == Metadata))
        {
            throw ApiError.Invalid($"Only `{Metadata}` is searched by a key, and always: write {Metadata}[\"key\"]:\"value\".", "query");
        }

        Check(name, field, @operator, text, match.Groups["bare"].Value);
        return new Clause(
            field.Path,
            key.Success ? key.Value : null,
            @operator,
            text.Success ? Quoted().Replace(text.Value, "$1") : match.Groups["bare"].Value,
            text.Success,
            match.Groups["not"].Success);
    }

    private static void Check(string name, SearchField field, string @operator, Group text, string bare)
    {
        if (@operator == "~" && (field.Type != 's' || text.Length < MinSubstring))
        {
            throw ApiError.Invalid(field.Type == 's'
                ? $"The substring of `{name}` must be in quotes and have at least {MinSubstring} characters."
                : $"Field `{name}` does not support the operator `~`.", "query");
        }

        if (@operator is ">" or ">=" or "<" or "<=" && field.Type != 'n')
        {
            throw ApiError.Invalid($"Field `{name}` is not a number and does not support the operator `{@operator}`.", "query");
        }

        if (!text.Success && bare is not ("null" or "NULL") && (field.Type != 'n' || !IsNumber(bare)))
        {
            throw ApiError.Invalid(field.Type == 'n' ? $"'{bare}' is not a number." : $"The value of `{name}` must be in quotes.", "query");
        }
    }

    private static bool IsNumber(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool Matches(Clause clause, JsonObject value)
    {
        var found = clause.MetadataKey is { } key ? (value["metadata"] as JsonObject)?[key]?.ToString() : value.TextAt(clause.Path);
        return clause.Negated != Holds(clause, found);
    }

    private static bool Holds(Clause clause, string? found)
    {
        if (clause is { IsText: false, Value: "null" or "NULL" })
        {
            return found is null;
        }

        if (found is null)
        {
            return false;
        }

        return clause.Operator switch
        {
            ":" or "=" => string.Equals(found, clause.Value, StringComparison.OrdinalIgnoreCase),
            "~" => found.Contains(clause.Value, StringComparison.OrdinalIgnoreCase),
            _ => Compare(clause.Operator, Number(found), Number(clause.Value)),
        };
    }

    private static bool Compare(string @operator, decimal left, decimal right) => @operator switch
    {
        ">" => left > right,
        ">=" => left >= right,
        "<" => left < right,
        _ => left <= right,
    };

    private static decimal Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw ApiError.Invalid($"'{text}' is not a number.", "query");

    private static ApiError Unreadable(string text, int position) =>
        ApiError.Invalid($"We were unable to parse your search query near '{text[Math.Min(position, text.Length)..]}'.", "query");

    [GeneratedRegex("""\G\s*(?<not>-)?(?<field>[a-z_]+(?:\.[a-z0-9_]+)*)(?:\[["'](?<key>[^"']+)["']\])?\s*(?<op>:|~|>=|<=|>|<|=)\s*(?:"(?<text>(?:[^"\\]|\\.)*)"|'(?<text>(?:[^'\\]|\\.)*)'|(?<bare>[^\s"']+))""")]
    private static partial Regex ClausePattern();

    [GeneratedRegex("""\\(["'\\])""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""\G\s+(?:(?<word>AND|OR|and|or)\s+)?""")]
    private static partial Regex JoinPattern();
}
