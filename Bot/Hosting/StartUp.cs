using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Memory;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>What must be in place before the first question: checked prompts, and, with a sandbox, its policies and tickets.</summary>
public sealed class StartUp(TenantList tenants, CopilotDbFactory databases, BusinessClock clock, SandboxClock sandboxClock, Agents.Prompts.PromptRegistry prompts, IKnowledgeBase knowledge, SuggestedQuestions questions, EffectiveSettings effective, CopilotSettings settings)
{
    public async Task RunAsync(World? world, CancellationToken cancellationToken)
    {
        foreach (var tenant in tenants.All)
        {
            await sandboxClock.ObserveAsync(tenant.Context, cancellationToken);
            await using var db = databases.Open(tenant.Context);
            await prompts.RecordAsync(db, activateNew: tenant.IsSandbox, clock.UtcNow, cancellationToken);
            await effective.RecordAsync(tenant.Context, cancellationToken);
        }

        if (world is null)
        {
            return;
        }

        questions.From(world);
        // A stable folder: the knowledge base knows a document by folder and path, and an unchanged one costs nothing.
        var folder = Path.GetFullPath(Path.Combine(settings.Sandbox.Data, "documents"));
        foreach (var document in world.Documents)
        {
            var path = Path.Combine(folder, document.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, document.Text, cancellationToken);
        }

        await knowledge.IngestAsync(tenants.Default.Context, folder, cancellationToken);
    }
}
