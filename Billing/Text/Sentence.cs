using System.Text.RegularExpressions;

namespace BillingCopilot.Billing.Text;

/// <summary>
/// Sentences with holes: <c>{name}</c> is filled in, and <c>[, until {ends}]</c> is left out when a hole in it has
/// nothing to say.
/// </summary>
public static partial class Sentence
{
    /// <exception cref="KeyNotFoundException">A hole outside brackets has no value.</exception>
    public static string Fill(string sentence, IReadOnlyDictionary<string, string?> values)
    {
        var kept = Optional().Replace(sentence, m => Hole().Matches(m.Value).All(h => Value(values, h) is not null) ? m.Groups["inner"].Value : "");
        return Hole().Replace(kept, h => Value(values, h) ?? throw new KeyNotFoundException($"'{sentence}' needs {h.Value}."));
    }

    private static string? Value(IReadOnlyDictionary<string, string?> values, Match hole) => values.GetValueOrDefault(hole.Groups["name"].Value);

    [GeneratedRegex(@"\[(?<inner>[^\[\]]*)\]")]
    private static partial Regex Optional();

    [GeneratedRegex(@"\{(?<name>[a-z_]+)\}")]
    private static partial Regex Hole();
}
