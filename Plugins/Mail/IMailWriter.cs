namespace BillingCopilot.Plugins.Mail;

/// <summary>Hands mails over; opened for one grant.</summary>
internal interface IMailWriter
{
    /// <summary>Hands the grant's mail over, once however often it is called. False: another node has it, or had it, in hand.</summary>
    Task<bool> SendAsync(OutboundMail mail, CancellationToken cancellationToken);
}
