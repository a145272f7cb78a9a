using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Sandbox.Http;

namespace BillingCopilot.Sandbox.Search;

/// <summary>Stripe's search language: clauses joined by AND or by OR, never both.</summary>
internal sealed partial class SearchQuery
{
    private const int MinSubstring = 3;
    private readonly List<Clause> _clauses = [];
    private bool _any;

    private sealed record Clause(string Path, string? MetadataKey, string Operator, string Value, bool IsText, bool Negated);

    /// <param name="text">The query.</param>
    /// <param name="fields">Searchable fields with the path each reads.</param>
    public static SearchQuery Parse(string text, IReadOnlyDictionary<string, string> fields)
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
            position = match.Index + match.Length;
            if (position >= text.TrimEnd().Length)
            {
                return query;
            }

            position = query.Join(text, position);
        }
    }

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

    private static Clause Read(Match match, IReadOnlyDictionary<string, string> fields)
    {
        var field = match.Groups["field"].Value;
        if (!fields.TryGetValue(field, out var path))
        {
            throw ApiError.Invalid($"Field `{field}` is an unsupported search field for this resource.", "query");
        }

        var text = match.Groups["text"];
        if (match.Groups["op"].Value == "~" && text.Length < MinSubstring)
        {
            throw ApiError.Invalid($"The substring of `{field}` must be in quotes and have at least {MinSubstring} characters.", "query");
        }

        return new Clause(
            path,
            match.Groups["key"].Success ? match.Groups["key"].Value : null,
            match.Groups["op"].Value,
            text.Success ? text.Value.Replace("\\\"", "\"").Replace("\\'", "'") : match.Groups["bare"].Value,
            text.Success,
            match.Groups["not"].Success);
    }

    private static bool Matches(Clause clause, JsonObject value)
    {
        var found = clause.MetadataKey is { } key ? (value["metadata"] as JsonObject)?[key]?.ToString() : value.TextAt(clause.Path);
        return clause.Negated != Holds(clause, found);
    }

    private static bool Holds(Clause clause, string? found)
    {
        if (clause is { IsText: false, Value: "null" })
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

    [GeneratedRegex("""\G\s+(?:(?<word>AND|OR|and|or)\s+)?""")]
    private static partial Regex JoinPattern();
}
