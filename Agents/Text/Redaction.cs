using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Text;

/// <summary>
/// The one filter for whatever goes to a model, a journal or a conversation's history: card numbers, secrets and
/// links are taken out. Clean text stays as it is, but for invisible characters.
/// </summary>
public static partial class Redaction
{
    public const string SecretMask = "[secret]";
    public const string LinkMask = "[link]";
    public const string MailMask = "[mail]";

    /// <summary>For text that a person typed; mail addresses stay, since they become tokens later.</summary>
    public static (string Text, int CardsRemoved) Clean(string text)
    {
        var plain = VisibleText.Plain(text);
        var folded = VisibleText.Folded(plain);
        if ((folded.Contains('_', StringComparison.Ordinal) && Secret().IsMatch(folded)) || (MayHoldLink(folded) && Link().IsMatch(folded)))
        {
            plain = Link().Replace(Secret().Replace(folded, SecretMask), LinkMask);
        }

        return CardNumbers.Redact(plain);
    }

    /// <summary>For text that a tool returned: mail addresses go as well.</summary>
    public static string CleanResult(string text)
    {
        var clean = Clean(text).Text;
        return WithoutMail(clean) ?? WithoutMail(VisibleText.Folded(clean)) ?? clean;
    }

    /// <summary>Null when it holds no address.</summary>
    private static string? WithoutMail(string text) =>
        text.Contains('@', StringComparison.Ordinal) && MailAddress().IsMatch(text) ? MailAddress().Replace(text, MailMask) : null;

    /// <summary>Every link has one of these: a quick look before the long one.</summary>
    private static bool MayHoldLink(string text) => text.Contains('/', StringComparison.Ordinal) || text.Contains("www.", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+", RegexOptions.CultureInvariant)]
    internal static partial Regex MailAddress();

    [GeneratedRegex(@"(?:sk|rk)_(?:live|test)_[A-Za-z0-9_]+|(?<![A-Za-z0-9])(?:sk|rk)_[A-Za-z0-9_]{8,}|whsec_[A-Za-z0-9_+/=\-]{6,}|[A-Za-z0-9_]+_secret_[A-Za-z0-9_]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    /// <summary>Anything with a scheme, and bare hosts that are followed by a path.</summary>
    [GeneratedRegex(@"(?:(?:https?|ftp)://|\bwww\.|\b(?:[a-z0-9\-]{1,63}\.){1,8}(?:com|net|org|io|co|link|app|dev|me|ly)/)[^\s""<>«»“”]*[^\s""<>«»“”.,;:!?)\]'’*]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Link();
}
