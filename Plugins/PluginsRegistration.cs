using BillingCopilot.Governance;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.BillingForm;
using BillingCopilot.Plugins.Collections;
using BillingCopilot.Plugins.Customers;
using BillingCopilot.Plugins.Crm;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Guards;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.Invoices.Summaries;
using BillingCopilot.Plugins.Mail;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Subscriptions;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BillingCopilot.Plugins;

/// <summary>Puts read tools, operations and, apart from them, writers into the container.</summary>
public static class PluginsRegistration
{
    /// <summary>Readers, read tools and operations. Needs <see cref="BusinessClock"/> and <see cref="IKnowledgeBase"/>.</summary>
    /// <exception cref="ArgumentException">A mail setting is unfit.</exception>
    public static IServiceCollection AddPlugins(this IServiceCollection services, StripeConnections connections, MailOptions mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        mail.Validate();
        services.AddSingleton(connections).AddSingleton(mail);
        services.AddSingleton(p => new SentMails(p.GetRequiredService<MailOptions>(), p.GetService<CopilotDbFactory>()));
        AddStripeClients(services);
        services.AddSingleton(p => new StripeReaders(p.GetRequiredService<StripeClients>(), p.GetRequiredService<StripeConnections>()));
        services.TryAddSingleton<ProposalsOf>(p => p.GetService<ProposalBook>() is { } book
            ? book.ListForTargetAsync
            : static (_, _, _) => Task.FromResult<IReadOnlyList<ProposalView>>([]));
        services.TryAddSingleton<IHelpdesk, LocalHelpdesk>();
        services.TryAddSingleton<ICrm, LocalCrm>();
        services.TryAddSingleton(p => new TicketRouting(p.GetService<PolicyBook>()?.Queues ?? QueueBook.One, p.GetRequiredService<ICrm>()));
        services.AddSingleton<ToolCatalog>();
        services.AddSingleton<PlaybookGuards>();
        services.AddOperation<IssueRefund, IssueRefundArguments>();
        services.AddOperation<IssueCreditNote, IssueCreditNoteArguments>();
        services.AddOperation<SendDunningEmail, SendDunningEmailArguments>();
        services.AddOperation<VoidCreditNote, VoidCreditNoteArguments>();
        services.AddOperation<CancelSubscription, CancelSubscriptionArguments>();
        services.AddOperation<ReactivateSubscription, ReactivateSubscriptionArguments>();
        services.AddOperation<CancelSubscriptionNow, CancelSubscriptionNowArguments>();
        services.AddOperation<GiveCourtesyCredit, CourtesyCreditArguments>();
        services.AddOperation<WriteInvoiceSummary, WriteInvoiceSummaryArguments>();
        services.AddOperation<SendInvoiceSummary, SendInvoiceSummaryArguments>();
        services.AddOperation<SubmitDisputeEvidence, SubmitDisputeEvidenceArguments>();
        services.AddOperation<AcceptDispute, AcceptDisputeArguments>();
        services.AddOperation<PostInternalNote, PostInternalNoteArguments>();
        services.AddOperation<DowngradeAtPeriodEnd, DowngradeArguments>();
        services.AddOperation<DowngradeNow, DowngradeNowArguments>();
        services.AddOperation<CancelSubscriptionProrated, CancelSubscriptionProratedArguments>();
        services.AddOperation<KeepPlan, KeepPlanArguments>();
        services.AddOperation<ApplyCouponOnce, ApplyCouponArguments>();
        services.AddOperation<TakeBackCoupon, TakeBackCouponArguments>();
        services.AddOperation<TakeBackCourtesyCredit, TakeBackCourtesyCreditArguments>();
        services.AddOperation<ResendInvoice, ResendInvoiceArguments>();
        services.AddOperation<SendPortalLink, SendPortalLinkArguments>();
        services.AddOperation<UpdateBillingDetails, UpdateBillingDetailsArguments>();
        services.AddOperation<AddTaxId, AddTaxIdArguments>();
        services.AddOperation<RemoveTaxId, RemoveTaxIdArguments>();
        services.AddSingleton<BillingForms>();
        services.TryAddSingleton<ICustomerFactsReader, CustomerFactsReader>();
        services.TryAddSingleton<ICustomerZones, CustomerZones>();
        services.TryAddSingleton<IPolicyQuotes, PolicyQuotes>();
        return services;
    }

    /// <summary>What can write. For the executor's composition alone; read tools never meet it.</summary>
    public static IServiceCollection AddStripeWriters(this IServiceCollection services)
    {
        AddStripeClients(services);
        services.TryAddSingleton<IWriteClients, WriteClients>();
        return services;
    }

    private static void AddStripeClients(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StripeClients>();
        services.TryAddTransient<BusinessClockHandler>();
        services.AddHttpClient(StripeClients.Plain);
        services.AddHttpClient(StripeClients.ObservesClock).AddHttpMessageHandler<BusinessClockHandler>();
    }
}
