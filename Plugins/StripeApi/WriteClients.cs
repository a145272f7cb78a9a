using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Opens writers for a grant, and for nothing else.</summary>
internal sealed class WriteClients(StripeClients clients, StripeConnections connections, MailOptions mail, SentMails mails, BusinessClock clock, CopilotDbFactory? databases = null) : IWriteClients
{
    public TWriter Open<TWriter>(WriteGrant grant)
        where TWriter : class
    {
        ArgumentNullException.ThrowIfNull(grant);
        object writer = typeof(TWriter) == typeof(StripeWriter) ? OpenStripe(grant)
            : typeof(TWriter) == typeof(IMailWriter) ? new Outbox(mail, mails, clock, grant)
            : typeof(TWriter) == typeof(IHelpdeskWriter) ? new LocalHelpdeskWriter(Database, clock, grant)
            : typeof(TWriter) == typeof(ICrmWriter) ? new LocalCrmWriter(Database, clock, grant)
            : throw new InvalidOperationException($"There is no writer of type {typeof(TWriter).Name}.");
        return (TWriter)writer;
    }

    public Refusal? Refuse(TenantContext tenant) => connections.For(tenant).CanWrite
        ? null
        : new Refusal("no_write_key", "Stripe:WriteKey is missing, so nothing can be written to this account.", "An administrator has to set it; then propose it again.");

    private CopilotDbFactory Database => databases ?? throw new InvalidOperationException("Notes are kept in the database, and none is registered.");

    private StripeWriter OpenStripe(WriteGrant grant)
    {
        var connection = connections.For(grant.Tenant);
        var key = connection.WriteKey
            ?? throw new InvalidOperationException($"Tenant '{grant.Tenant.Id}' is read-only: Stripe:WriteKey is not set.");
        return new StripeWriter(clients.OpenToWrite(connection, key, grant), () => clients.OpenToWrite(connection, key, grant, retries: 0), grant);
    }
}
