using System.Text;
using BillingCopilot.Billing.Triage;

namespace BillingCopilot.Billing.Disputes;

/// <summary>
/// Which words of a customer a bank may read. What is handed in can't be taken back, so a message is harmless only where
/// nothing at all in it could repeat a claim; whatever is not surely harmless is left to a person.
/// </summary>
public static class HarmlessWords
{
    /// <summary>What may be wanted whatever the dispute's reason is.</summary>
    public static IReadOnlyList<string> Intents { get; } = ["card_update", "invoice_question", "tax", "upgrade"];

    /// <summary>Words with which claims are made, of which the triage knows nothing: it sorts by what is wanted.</summary>
    private static readonly HashSet<string> Claims =
    [
        "against", "bank", "cannot", "cant", "claim", "complain", "complaint", "delivered", "didnt", "dont", "end", "ended", "expected", "false", "gone", "higher", "later", "leave", "left", "lost", "mistake",
        "more", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "odd", "promised", "quit", "stop", "stopped", "strange", "surprised", "t", "unexpected", "unknown", "without", "wont", "wrong",
    ];

    private static readonly string[] Beginnings =
        ["authori", "broke", "cancel", "chargeback", "compromis", "credit", "disput", "error", "fraud", "hack", "incorrect", "legal", "lawyer", "police", "recogni", "refund", "scam", "steal", "stole", "terminat", "unauthori", "unrecogni", "withdr"];

    /// <summary>Why the words are not surely harmless, for a person to read; null when they are.</summary>
    public static string? Fault(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var labels = TicketClassifier.Shipped.Classify(words);
        return !Intents.Contains(labels.Intent) ? labels.Intent.Replace('_', ' ')
            : !Intents.Any(i => TicketClassifier.Shipped.IsPlainly(words, i)) ? $"perhaps {labels.Intent.Replace('_', ' ')}"
            : TicketClassifier.Shipped.Heard(words).Except(Intents).FirstOrDefault() is { } other ? $"{labels.Intent.Replace('_', ' ')}, perhaps {other.Replace('_', ' ')}"
            : labels.Language != "en" || words.EnumerateRunes().Any(IsOfAnotherScript) ? "not in English, in which alone words are judged"
            : TicketClassifier.Tokens(words).FirstOrDefault(IsClaim) is { } word ? $"the word “{word}” may make a claim"
            : null;
    }

    /// <summary>Letters beyond Latin Extended-B: words in a script that nobody here judges.</summary>
    private static bool IsOfAnotherScript(Rune rune) => Rune.IsLetter(rune) && rune.Value > 0x024F;

    private static bool IsClaim(string token) => Claims.Contains(token) || Beginnings.Any(b => token.StartsWith(b, StringComparison.Ordinal));
}
