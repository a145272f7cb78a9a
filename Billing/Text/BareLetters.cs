using System.Globalization;

namespace BillingCopilot.Billing.Text;

/// <summary>
/// Takes case, accents and full width off. By a table: without culture data, which this product runs without, normalising
/// takes no accent off.
/// </summary>
internal static class BareLetters
{
    private const string Accents = "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥìíîïĩīĭįĵķĺļľłñńņňòóôõöøōŏőŕŗřśŝşšţťùúûüũūŭůűųŵýÿŷźżž";
    private const string Bare = "aaaaaaaaacccccddeeeeeeeeegggghiiiiiiiijkllllnnnnooooooooorrrssssttuuuuuuuuuuwyyyzzz";

    /// <summary>The text with marks that stand apart from their letters left out, and each letter bare.</summary>
    public static string Of(string text) => string.Concat(text.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark).Select(Of));

    private static char Of(char letter)
    {
        var c = char.ToLowerInvariant(letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - 0xFEE0) : letter);
        return c >= '\u00E0' && Accents.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? Bare[at] : c;
    }
}
