using System.Globalization;
using BillingCopilot.Plugins.Documents;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>
/// What the customer and we wrote around a disputed charge, as a document for the bank. Of our mails only the day and the
/// matter are on record. What repeats the claim is left out: evidence is what speaks for us.
/// </summary>
internal static class CorrespondenceDocument
{
    /// <summary>For the card: everything that is in it.</summary>
    public static IEnumerable<string> Contents(DisputeDossier about) =>
        Tickets(about).Select(m => $"ticket {DisputeWords.Named(m)}, “{m.Subject}”")
            .Concat((about.Facts.Mailed ?? []).Select(m => $"mail of {Day(m.On)}, {m.What}"));

    /// <summary>The same record gives the same bytes; null where there is no ticket to show.</summary>
    public static byte[]? Write(DisputeDossier about) => Tickets(about).Count == 0 ? null : PdfText.Write(
        EvidenceDocument.Written($"Correspondence about the charge of {about.Amount.ToDisplayText()} of {Day(about.Facts.ChargedOn)}"),
        Paragraphs(about).Select(p => p with { Text = EvidenceDocument.Written(p.Text) }));

    private static IEnumerable<PdfParagraph> Paragraphs(DisputeDossier about)
    {
        yield return new($"Stripe dispute {about.Dispute.Id}, charge {about.Charge.Id}. The customer's messages as our helpdesk has them, the oldest first, each of the day of its newest words: cut where it says {TicketMessages.Cut}, redacted where it says [mail], [link], [card] or [secret].");
        foreach (var message in Tickets(about))
        {
            yield return new($"{Day(message.On)}, from the customer: {message.Subject}", Heading: true);
            yield return new(message.Text);
        }

        foreach (var (what, on) in about.Facts.Mailed ?? [])
        {
            yield return new($"{Day(on)}, from us: {what}.");
        }
    }

    /// <summary>Those that a bank reads, word for word as they stand on the card.</summary>
    public static IReadOnlyList<Billing.Disputes.CustomerMessage> Tickets(DisputeDossier about) => about.Facts.Messages?.HandedIn ?? [];

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
