using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Memory;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>What must be in place before the first question: checked prompts, and, with a sandbox, its policies and tickets.</summary>
public sealed partial class StartUp(TenantList tenants, CopilotDbFactory databases, BusinessClock clock, SandboxClock sandboxClock, Agents.Prompts.PromptRegistry prompts, IKnowledgeBase knowledge, SuggestedQuestions questions, EffectiveSettings effective, CopilotSettings settings, ILogger<StartUp> log)
{
    /// <param name="takesChangedPrompts">False stops at a recorded prompt whose contents changed; in sandbox mode they are taken.</param>
    public async Task RunAsync(World? world, bool takesChangedPrompts, CancellationToken cancellationToken)
    {
        foreach (var tenant in tenants.All)
        {
            await sandboxClock.ObserveAsync(tenant.Context, cancellationToken);
            await using var db = databases.Open(tenant.Context);
            foreach (var prompt in await prompts.RecordAsync(db, activateNew: tenant.IsSandbox, stopOnChange: !takesChangedPrompts, clock.UtcNow, cancellationToken))
            {
                PromptChanged(log, prompt.Label, prompt.Hash, tenant.IsSandbox ? "taken as they are" : "waiting for an admin");
            }

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

    [LoggerMessage(1, LogLevel.Information, "Prompt {Prompt} has other contents than when it was recorded (now {Hash}): {What}")]
    private static partial void PromptChanged(ILogger log, string prompt, string hash, string what);
}
