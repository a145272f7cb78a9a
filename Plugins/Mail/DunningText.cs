using BillingCopilot.Billing;
using BillingCopilot.Billing.Dunning;

namespace BillingCopilot.Plugins.Mail;

/// <summary>What a dunning mail is about.</summary>
/// <param name="CustomerName">For the greeting; null leaves it out.</param>
/// <param name="CardLast4">Last digits of the card that failed; null when unknown.</param>
/// <param name="NextAttempt">Day of the next try; null when none.</param>
internal sealed record DunningSubject(
    string? CustomerName,
    string InvoiceNumber,
    Money Amount,
    Decline Decline,
    string? CardLast4,
    DateOnly? NextAttempt,
    string Signature);

/// <summary>The dunning mails, word for word. A model writes none of it; the pay link is put in by code.</summary>
internal static class DunningText
{
    public static string Subject(DunningMail mail, DunningSubject about) => mail.Tone switch
    {
        DunningTone.Final => $"Last notice: payment of {about.Amount.ToDisplayText()} for invoice {about.InvoiceNumber}",
        DunningTone.Firm => $"Payment of {about.Amount.ToDisplayText()} is still outstanding (invoice {about.InvoiceNumber})",
        _ => $"Your payment of {about.Amount.ToDisplayText()} did not go through (invoice {about.InvoiceNumber})",
    };

    public static string Body(DunningMail mail, DunningSubject about, string payLink)
    {
        string?[] parts =
        [
            about.CustomerName is null ? "Hello," : $"Hello {about.CustomerName},",
            Opening(mail.Tone, about),
            Ask(mail.Template, about),
            $"Pay invoice {about.InvoiceNumber} here:\n{payLink}",
            Closing(mail.Tone, about),
            "If you have already paid, thank you: you can ignore this mail. If anything is unclear, just reply to it.",
            $"Kind regards\n{about.Signature}",
        ];
        return string.Join("\n\n", parts.OfType<string>()) + "\n";
    }

    private static string Opening(DunningTone tone, DunningSubject about)
    {
        var card = about.CardLast4 is null ? "" : $" with the card ending in {about.CardLast4}";
        var what = $"the payment of {about.Amount.ToDisplayText()}{card} for invoice {about.InvoiceNumber}";
        return tone == DunningTone.Friendly
            ? $"We tried to take {what}, but {about.Decline.CustomerWords}."
            : $"We have tried several times to take {what}. Each time it failed; most recently {about.Decline.CustomerWords}.";
    }

    private static string Ask(DunningTemplate template, DunningSubject about) => template switch
    {
        DunningTemplate.RetryScheduled => "You need not do anything but see that the amount is available. You can also pay with another card at once.",
        DunningTemplate.ConfirmPayment => "Please open the invoice and confirm the payment with your bank. It takes a minute.",
        DunningTemplate.UpdatePaymentMethod => "Please open the invoice and give another card, or this card's new details.",
        DunningTemplate.ContactBank => "Please ask your bank to allow the payment, or open the invoice and pay with another card.",
        _ => "Please open the invoice and pay it now, with this card or another.",
    };

    private static string? Closing(DunningTone tone, DunningSubject about) => about.NextAttempt is { } next
        ? about.Decline.IsRetried ? $"We will try again on {next:d MMMM yyyy}." : null
        : tone == DunningTone.Final ? "We will not try again by ourselves. Without a payment your subscription may end." : null;
}
