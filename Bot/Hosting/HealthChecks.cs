using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Looks at every part of a started copilot.</summary>
public sealed class HealthChecks(
    CopilotSettings settings, TenantList tenants, CopilotDbFactory databases, StripeReaders readers, IKnowledgeBase knowledge,
    PromptRegistry prompts, AuditLog audit, DeadLetters letters, WebhookVersions versions, CatchUp catchUp, ProviderProbe providers)
{
    public async Task<IReadOnlyList<HealthFinding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new List<HealthFinding>
        {
            new("settings", true, $"model {settings.Model.For("").Label}, database {settings.Database.Provider}, {tenants.All.Count} tenant(s)"),
            new("prompts", true, string.Join(", ", prompts.ActiveFor(tenants.Default.Context).Values.Select(a => a.Label))),
        };
        findings.AddRange((await providers.LookAsync(cancellationToken)).Select(p => new HealthFinding($"model {p.Label}, {p.For}", p.Ok, p.Finding)));
        foreach (var tenant in tenants.All)
        {
            findings.Add(await DatabaseAsync(tenant, cancellationToken));
            findings.Add(await TasksAsync(tenant, cancellationToken));
            findings.Add(await EventsAsync(tenant, cancellationToken));
            findings.AddRange(await StripeAsync(tenant, cancellationToken));
            findings.Add(await KnowledgeAsync(tenant, cancellationToken));
            findings.Add(await AuditAsync(tenant, cancellationToken));
        }

        return findings;
    }

    private async Task<HealthFinding> DatabaseAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(tenant.Context);
        var open = await db.Tasks.CountAsync(t => t.Status == TaskStates.Queued || t.Status == TaskStates.Running, cancellationToken);
        return new($"database, tenant {tenant.Context.Id}", true, $"{await db.Inbox.CountAsync(cancellationToken)} events, {open} open tasks");
    }

    private async Task<HealthFinding> TasksAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var dead = await letters.CountAsync(tenant.Context, cancellationToken);
        return new($"tasks, tenant {tenant.Context.Id}", dead == 0, dead == 0 ? "none was given up" : $"{dead} given up. `tasks dead` says why, `tasks redrive` queues them again.");
    }

    private async Task<HealthFinding> EventsAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var other = await versions.OthersAsync(tenant.Context, cancellationToken);
        var looked = await catchUp.StateAsync(tenant.Context, cancellationToken);
        var found = looked.LastAt is { } at
            ? $"last looked for undelivered ones at {at:yyyy-MM-dd HH:mm:ss} UTC, {looked.LastFound} found ({looked.Found} in 30 days)"
            : "not yet looked for undelivered ones: a running server does";
        return new($"events, tenant {tenant.Context.Id}", true, other.Count == 0
            ? found
            : $"{found}; events come in API version {string.Join(", ", other)}; they are taken, since objects are read anew. Set the endpoint to {WebhookVersions.Own} in Stripe's dashboard.");
    }

    private async Task<IReadOnlyList<HealthFinding>> StripeAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var part = $"stripe, tenant {tenant.Context.Id}";
        var where = tenant.IsSandbox ? $"sandbox at {tenant.Stripe.ApiBase}" : tenant.Context.Livemode ? "LIVE mode" : "test mode";
        var findings = new List<HealthFinding>();
        foreach (var agent in prompts.Names)
        {
            var read = await readers.For(new ToolScope(tenant.Context, agent, Asker: null)).CanReadAsync(cancellationToken);
            findings.AddRange(read.Select(r => new HealthFinding($"{part}, key of {agent}", false, r.ToString())));
        }

        if (findings.Count == 0)
        {
            findings.Add(new(part, true, $"account {tenant.Context.Account}, {where}; every read that the specialists need is allowed"));
        }

        if (tenant.Stripe.WriteKey is null)
        {
            findings.Add(new(part, false, "Stripe:WriteKey is missing: proposals can be approved, not carried out. docs/stripe.md lists its permissions."));
        }

        return findings;
    }

    private async Task<HealthFinding> KnowledgeAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var found = await knowledge.SearchAsync(tenant.Context, "refund policy", "policy", 1, cancellationToken);
        return found.Count > 0
            ? new($"knowledge, tenant {tenant.Context.Id}", true, $"answers from {found[0].Document}")
            : new($"knowledge, tenant {tenant.Context.Id}", false, "No policy is known. Take some in: ingest DIR.");
    }

    private async Task<HealthFinding> AuditAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var found = await audit.VerifyAsync(tenant.Context, cancellationToken);
        return new($"audit, tenant {tenant.Context.Id}", found.Whole, found.Whole ? $"the chain of {found.Count} entries is whole" : $"entry {found.BadSeq}: {found.Why}");
    }
}

/// <summary>One finding of <c>doctor</c>.</summary>
/// <param name="Part">What was looked at.</param>
/// <param name="Finding">What was found, and the remedy when it is not right.</param>
public sealed record HealthFinding(string Part, bool Ok, string Finding);
