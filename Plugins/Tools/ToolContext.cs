using BillingCopilot.Memory;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Tools;

/// <summary>All that a read tool can reach. There is nothing in it that writes.</summary>
public sealed record ToolContext(StripeReader Reader, TenantContext Tenant, IKnowledgeBase Knowledge, BusinessClock Clock);
