using System.Text.RegularExpressions;
using BillingCopilot.Governance.Canonical;

namespace BillingCopilot.Plugins.Mail;

/// <summary>Finds what would lead a reader somewhere: links, bare domains, addresses.</summary>
internal static partial class LinkFinder
{
    /// <summary>
    /// Errs on the side of finding: a sentence that begins without a space after a full stop looks like a domain
    /// too. Look-alikes of a dot (full width, ideographic) count as what mail programs and browsers make of them.
    /// </summary>
    public static bool Finds(string text) => Link().IsMatch(PlainText.Clean(text, int.MaxValue));

    [GeneratedRegex(
        @"[:\uFF1A][/\uFF0F]{2}|[@\uFF20\uFE6B]|\b(?:https?|mailto|tel|sms|javascript|data)[:\uFF1A]"
        + @"|[\p{L}\p{N}-][.\u2024\u3002\uFE52\uFF0E\uFF61]\p{L}[\p{L}\p{N}-]*\p{L}|\b\d{1,3}(?:\.\d{1,3}){3}\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Link();
}
