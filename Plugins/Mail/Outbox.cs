using System.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using MimeKit;

namespace BillingCopilot.Plugins.Mail;

/// <summary>A mail, ready to go.</summary>
internal sealed record OutboundMail(string To, string Subject, string Text, MailAttachment? Attached = null);

/// <summary>A PDF that goes with a mail.</summary>
internal sealed record MailAttachment(string Name, byte[] Content);

/// <summary>
/// Writes a grant's mail as one <c>.eml</c> file. The file's name is the proposal's id, so a repetition finds it
/// there and writes no second one.
/// </summary>
internal sealed class Outbox(MailOptions options, BusinessClock clock, WriteGrant grant)
{
    /// <summary>Where the mail of a proposal is, or would be.</summary>
    public static string PathOf(MailOptions options, string proposalId) =>
        Path.Combine(options.Outbox, string.Concat(proposalId.Where(c => char.IsLetterOrDigit(c) || c is '_' or '-')) + ".eml");

    /// <summary>When the mail of a proposal was written, by its own date: a mark made later says the same day.</summary>
    public static async Task<DateTimeOffset> SentAtAsync(MailOptions options, string proposalId, CancellationToken cancellationToken)
    {
        using var message = await MimeMessage.LoadAsync(PathOf(options, proposalId), cancellationToken);
        return message.Date;
    }

    /// <summary>Writes the mail and returns its path. Complete or absent, never half: the name appears by a rename.</summary>
    public async Task<string> SendAsync(OutboundMail mail, CancellationToken cancellationToken)
    {
        var path = PathOf(options, grant.ProposalId);
        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(options.Outbox);
        var unfinished = path + ".part";
        await using (var file = File.Create(unfinished))
        {
            await Message(mail).WriteToAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        await grant.LeaveAsync(cancellationToken);
        File.Move(unfinished, path, overwrite: true);
        return path;
    }

    private MimeMessage Message(OutboundMail mail)
    {
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            Date = clock.UtcNow,
            MessageId = $"{grant.ProposalId}@billingcopilot",
            Body = Body(mail),
        };
        message.From.Add(new MailboxAddress(options.FromName, options.From));
        message.To.Add(MailboxAddress.Parse(mail.To));
        message.Headers.Add("X-Copilot-Proposal", grant.ProposalId);
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static MimeEntity Body(OutboundMail mail)
    {
        var text = new TextPart("plain") { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        text.SetText(Encoding.UTF8, mail.Text);
        return mail.Attached is not { } attached ? text : new Multipart("mixed")
        {
            text,
            new MimePart("application", "pdf")
            {
                Content = new MimeContent(new MemoryStream(attached.Content)),
                ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
                ContentTransferEncoding = ContentEncoding.Base64,
                FileName = attached.Name,
            },
        };
    }
}
