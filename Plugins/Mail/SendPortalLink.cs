using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Customer = Stripe.Customer;

namespace BillingCopilot.Plugins.Mail;

/// <summary>Arguments of <c>send_portal_link</c>. Text, recipient and link are not among them: code has all three.</summary>
public sealed record SendPortalLinkArguments(
    [property: Handle(ObjectKind.Customer), Description("Customer.")] ObjectRef Customer,
    [property: Description("Opens only this; left out: the whole portal.")] PortalForm? Form = null);

/// <summary>
/// Mails a customer a link to Stripe's customer portal, where they change card and billing details themselves: to one form
/// of it, or to the whole, as the portal's configuration allows. The card says what it opens. The link is made when the
/// mail goes, anew for each attempt, stands in the mail alone, and reaches no model, card or log.
/// </summary>
public sealed class SendPortalLink(StripeReaders readers, StripeConnections connections, MailOptions mail, SentMails mails, BusinessClock clock) : IOperation<SendPortalLinkArguments>
{
    /// <summary>Metadata key on a customer: the day of the last mail.</summary>
    public const string MailedKey = "copilot_portal_mailed";
    private const string LinkMark = "[portal link]";

    public static OperationDescriptor Descriptor { get; } = new(
        "send_portal_link",
        "Proposes to mail a link to the customer portal, for card and billing details.",
        typeof(SendPortalLinkArguments),
        Risk.Notify) { Stamps = "the customer", Rule = PolicyRules.PortalLink };

    public async Task<Outcome<Preview<SendPortalLinkArguments>>> PreviewAsync(SendPortalLinkArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        return (await DraftAsync(arguments, tenant, cancellationToken)).Map(draft => new Preview<SendPortalLinkArguments>(
            arguments,
            "Mail a link to the customer portal",
            draft.Customer.Ref(),
            draft.Customer.NameOf().Value,
            draft.Customer.Ref(),
            null,
            [new PreviewChange("The link opens", "", draft.Opening.Allows), new PreviewChange("Portal configuration", "", draft.Opening.Configuration), new PreviewChange("To", "", Recipient.Mask(draft.Customer.Email)), new PreviewChange("Subject", "", draft.Subject), new PreviewChange("Text", "", draft.Text)],
            "A sent mail can't be taken back; the link in it expires by itself.",
            draft.Declared));
    }

    public async Task<ExecutionResult> ExecuteAsync(SendPortalLinkArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (await mails.FindAsync(grant, cancellationToken) is MailState.NotSent
            && await SendAsync(arguments, tenant, grant, writers, cancellationToken) is not ExecutionResult.Executed and var held)
        {
            return held;
        }

        return await mails.FindAsync(grant, cancellationToken) is MailState.Sent sent
            ? await MarkAsync(arguments, sent, tenant, grant, writers, cancellationToken)
            : await ReconcileAsync(arguments, tenant, grant, cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(SendPortalLinkArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken) => await mails.FindAsync(grant, cancellationToken) switch
    {
        MailState.Sent => Sent(grant, null),
        MailState.InDoubt doubt => new ExecutionResult.Unknown(doubt.LookAt),
        _ => new ExecutionResult.NotDone(),
    };

    /// <summary>The mark that a crash between the mail and the mark left out.</summary>
    public async Task FinishAsync(SendPortalLinkArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (await mails.FindAsync(grant, cancellationToken) is not MailState.Sent sent)
        {
            return;
        }

        if (!(await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal))
        {
            throw new InvalidOperationException($"The customer could not be read. {refusal}");
        }

        if (!Stamps.Bears(customer.Metadata, grant)
            && await MarkAsync(arguments, sent, tenant, grant, writers, cancellationToken) is ExecutionResult.Executed { Unfinished: true } unmarked)
        {
            throw new InvalidOperationException(unmarked.Summary);
        }
    }

    /// <summary>A link without its mail is of no use to anybody and expires; making another for a repetition harms nothing.</summary>
    private async Task<ExecutionResult> SendAsync(SendPortalLinkArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        if (!(await DraftAsync(arguments, tenant, cancellationToken)).TryGet(out var draft, out var refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(draft.Declared) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        var link = "";
        var made = await Attempt.WriteAsync(
            async () =>
            {
                link = (await writers.Open<StripeWriter>(grant).CreatePortalSessionAsync(arguments.Customer.Id, draft.Opening.Configuration, draft.Opening.Flow, cancellationToken)).Url;
                return Sent(grant, null);
            },
            "No mail was written.",
            cancellationToken);
        if (made is not ExecutionResult.Executed)
        {
            return made;
        }

        if (!Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || !mail.PortalHosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
        {
            return new ExecutionResult.Failed(new Refusal("no_portal_link", "Stripe's portal link is not on a host that is allowed in mails.", "Check Mail:PortalHosts."));
        }

        await writers.Open<IMailWriter>(grant).SendAsync(new OutboundMail(draft.Customer.Email, draft.Subject, draft.Text.Replace(LinkMark, link, StringComparison.Ordinal)), cancellationToken);
        return Sent(grant, null);
    }

    /// <summary>The mail has gone by now, so a failure here must not look like a failure to send.</summary>
    private static async Task<ExecutionResult> MarkAsync(SendPortalLinkArguments arguments, MailState.Sent sent, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        var mailed = new Dictionary<string, string> { [MailedKey] = tenant.Day(sent.At).ToString("O") };
        var marked = await Attempt.WriteAsync(
            async () => Sent(grant, (await writers.Open<StripeWriter>(grant).StampCustomerAsync(arguments.Customer.Id, mailed, cancellationToken)).StripeResponse?.RequestId),
            "The mail was written.",
            cancellationToken);
        return marked is ExecutionResult.Executed ? marked : new ExecutionResult.Executed(grant.ProposalId, "The mail was sent; the customer could not be marked.") { Unfinished = true };
    }

    private static ExecutionResult.Executed Sent(WriteGrant grant, string? requestId) => new(grant.ProposalId, "The mail was sent.", requestId);

    private async Task<Outcome<Draft>> DraftAsync(SendPortalLinkArguments arguments, TenantContext tenant, CancellationToken cancellationToken) =>
        !(await readers.For(tenant).CustomerAsync(arguments.Customer.Id, cancellationToken)).TryGet(out var customer, out var refusal) ? refusal
        : string.IsNullOrWhiteSpace(customer.Email) ? new Refusal("no_mail_address", "The customer has no mail address.", "Add one in Stripe, or reach the customer another way.")
        : customer.Metadata?.GetValueOrDefault(MailedKey) == tenant.Day(clock.UtcNow).ToString("O") ? new Refusal("mailed_today", "The customer was mailed a portal link today already.", "Ask them to look among their junk mail, or wait a day.")
        : !(await readers.For(tenant).PortalConfigurationAsync(connections.For(tenant).PortalConfiguration, cancellationToken)).TryGet(out var configuration, out refusal) ? refusal
        : PortalOpening.Of(configuration, arguments.Form).Map(opening => Draft.Of(customer, opening, mail));

    private sealed record Draft(Customer Customer, PortalOpening Opening, string Subject, string Text)
    {
        public Dictionary<string, string> Declared => new(StringComparer.Ordinal)
        {
            ["customer"] = Customer.Id,
            ["portal"] = Opening.Configuration,
            ["opens"] = Opening.Allows,
            ["recipient"] = Recipient.Digest(Customer.Email),
            ["text"] = Invoices.Summaries.InvoiceSummary.Digest($"{Subject}\n{Text}"),
        };

        public static Draft Of(Customer customer, PortalOpening opening, MailOptions options)
        {
            var locale = Locale.For(customer.PreferredLocales ?? [], customer.Address?.Country);
            Dictionary<string, string?> values = new(StringComparer.Ordinal) { ["name"] = Collections.DunningDraftsman.NameFor(customer), ["from"] = options.FromName };
            string Say(string sentence) => locale.Say(sentence, values);
            return new Draft(customer, opening, Say("portal.subject"), string.Join("\n\n", Say("mail.hello"), Say(Words(opening)), LinkMark, Say("portal.short"), Say("mail.regards")) + "\n");
        }

        /// <summary>A mail promises what the link opens.</summary>
        private static string Words(PortalOpening opening) => opening switch
        {
            { Form: PortalForm.PaymentMethodUpdate } => "portal.card",
            { Form: PortalForm.CustomerUpdate } => "portal.details",
            { IsCommon: true } => "portal.text",
            _ => "portal.plain",
        };
    }
}
