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
/// there and writes no second one; on other nodes <see cref="SentMails"/> knows of it.
/// </summary>
internal sealed class Outbox(MailOptions options, SentMails mails, BusinessClock clock, WriteGrant grant) : IMailWriter
{
    /// <summary>Complete or absent, never half: the name appears by a rename.</summary>
    public async Task<bool> SendAsync(OutboundMail mail, CancellationToken cancellationToken)
    {
        var path = mails.PathOf(grant);
        if (File.Exists(path))
        {
            return true;
        }

        Directory.CreateDirectory(options.Outbox);
        var (unfinished, at) = (mails.UnfinishedPathOf(grant), clock.UtcNow);
        await using (var file = File.Create(unfinished))
        {
            await Message(mail, at).WriteToAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        if (!await mails.BeginAsync(grant, cancellationToken))
        {
            return false;
        }

        try
        {
            await grant.LeaveAsync(cancellationToken);
        }
        catch (HeldBackException)
        {
            // The file last: the row without it would look like a mail that has gone. It may hold a link that works.
            await mails.TakeBackAsync(grant);
            File.Delete(unfinished);
            throw;
        }

        File.Move(unfinished, path, overwrite: true);
        await mails.EndAsync(grant, at);
        return true;
    }

    private MimeMessage Message(OutboundMail mail, DateTimeOffset at)
    {
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            Date = at,
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
