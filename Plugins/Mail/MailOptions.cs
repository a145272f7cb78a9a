namespace BillingCopilot.Plugins.Mail;

/// <summary>How mail leaves (<c>Mail:*</c>).</summary>
public sealed record MailOptions
{
    /// <summary>Folder that mails are written to as <c>.eml</c>, one a proposal. Default <c>./data/outbox</c>.</summary>
    public string Outbox { get; set; } = "./data/outbox";

    /// <summary>Sender's address.</summary>
    public string From { get; set; } = "billing@localhost";

    /// <summary>Sender's name, also the signature.</summary>
    public string FromName { get; set; } = "Billing";

    /// <summary>Hosts that a pay link may point to. Others are refused.</summary>
    public IReadOnlyList<string> PayLinkHosts { get; set; } = ["invoice.stripe.com"];
}
