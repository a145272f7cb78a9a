using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Tools;

/// <summary>All that a read tool can reach. There is nothing in it that writes.</summary>
/// <param name="ProposalsOf">Proposals about an object.</param>
/// <param name="Helpdesk">Tickets, for reading.</param>
/// <param name="Routing">Into which queue a ticket goes; null where there are no queues.</param>
/// <param name="Disputes">What the policy says of disputes; null where there is none.</param>
/// <param name="Asker">As in <see cref="ToolScope"/>.</param>
public sealed record ToolContext(StripeReader Reader, TenantContext Tenant, IKnowledgeBase Knowledge, BusinessClock Clock, ProposalsOf ProposalsOf, IHelpdesk Helpdesk, DisputeTerms? Disputes = null, TicketRouting? Routing = null, Person? Asker = null);

/// <summary>Reads the proposals about an object, newest first, in whatever state they are.</summary>
public delegate Task<IReadOnlyList<ProposalView>> ProposalsOf(TenantContext tenant, ObjectRef target, CancellationToken cancellationToken);
