using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Triage;

/// <summary>A ticket's words, with what was already found among them: many phrases ask for the same group.</summary>
internal sealed class TicketText(string[] tokens)
{
    private readonly Dictionary<(TicketGroup Group, int At), int[]> _ends = [];
    private readonly Dictionary<TicketGroup, int[]> _starts = [];

    public string[] Tokens { get; } = tokens;

    /// <summary>Every place that a phrase may begin at.</summary>
    public int[] Places { get; } = [.. Enumerable.Range(0, tokens.Length)];

    /// <summary>Where phrases of the group begin.</summary>
    public int[] StartsOf(TicketGroup group)
    {
        if (!_starts.TryGetValue(group, out var starts))
        {
            _starts[group] = starts = [.. Places.Where(at => EndsOf(group, at).Length > 0)];
        }

        return starts;
    }

    /// <summary>Where phrases of the group that begin at a word end.</summary>
    public int[] EndsOf(TicketGroup group, int at)
    {
        if (!_ends.TryGetValue((group, at), out var ends))
        {
            _ends[(group, at)] = ends = group.Ends(this, at);
        }

        return ends;
    }

    /// <summary>Words in lower case without accents; everything else parts them.</summary>
    public static string[] Parted(string text) =>
        string.Concat(Plain(text).Select(c => char.IsLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc cref="BareLetters.Of(string)"/>
    public static string Plain(string text) => BareLetters.Of(text);
}
