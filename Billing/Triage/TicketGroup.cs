namespace BillingCopilot.Billing.Triage;

/// <summary>Phrases of one meaning, in every language: what <c>@name</c> stands for.</summary>
internal sealed class TicketGroup
{
    private static readonly Dictionary<string, TicketGroup> None = [];

    private readonly HashSet<string> _words;
    private readonly List<TicketPhrase> _phrases;

    public TicketGroup(IEnumerable<string> phrases)
    {
        var all = phrases.Select(TicketText.Plain).ToLookup(p => p.All(char.IsAsciiLetterOrDigit));
        _words = [.. all[true]];
        _phrases = [.. all[false].Select(p => TicketPhrase.Parse(p, None))];
    }

    /// <summary>As <see cref="TicketPhrase.Words"/>.</summary>
    public IEnumerable<(string Text, bool Begins)> Words => _words.Select(w => (w, false)).Concat(_phrases.SelectMany(p => p.Words));

    /// <summary>Where those that begin at a word end.</summary>
    public int[] Ends(TicketText text, int at) =>
        [.. _phrases.Select(p => p.EndFrom(text, at)).Where(e => e >= 0).Concat(_words.Contains(text.Tokens[at]) ? [at + 1] : []).Distinct()];
}
