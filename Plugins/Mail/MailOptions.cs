namespace BillingCopilot.Plugins.Mail;

/// <summary>How mail leaves (<c>Mail:*</c>).</summary>
public sealed record MailOptions
{
    /// <summary>Folder that mails are written to as <c>.eml</c>, one a proposal. Nodes may share one or have each their own:
    /// the database knows which mails were handed over. Default <c>./data/outbox</c>.</summary>
    public string Outbox { get; init; } = "./data/outbox";

    /// <summary>Sender's address.</summary>
    public string From { get; init; } = "billing@localhost";

    /// <summary>Sender's name, also the signature.</summary>
    public string FromName { get; init; } = "Billing";

    /// <summary>Hosts that a pay link may point to. Others are refused.</summary>
    public IReadOnlyList<string> PayLinkHosts { get; init; } = ["invoice.stripe.com"];

    /// <summary>Hosts that a link to the customer portal may point to. Others are refused.</summary>
    public IReadOnlyList<string> PortalHosts { get; init; } = ["billing.stripe.com"];

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Outbox))
        {
            throw new ArgumentException("Mail:Outbox must name a folder.");
        }

        if (!MimeKit.MailboxAddress.TryParse(From, out _))
        {
            throw new ArgumentException("Mail:From must be a mail address.");
        }
    }
}
