using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Memory;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Hosting;

/// <summary>What must be in place before the first question: checked prompts, and, with a sandbox, its policies and tickets.</summary>
public sealed partial class StartUp(TenantList tenants, CopilotDbFactory databases, BusinessClock clock, SandboxClock sandboxClock, Agents.Prompts.PromptRegistry prompts, IKnowledgeBase knowledge, SuggestedQuestions questions, EffectiveSettings effective, Governance.Audit.AuditLog audit, Governance.Audit.AuditContents contents, Governance.Audit.SubjectEraser eraser, CopilotSettings settings, ILogger<StartUp> log)
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

            await Agents.Journal.PromptTexts.RecordAsync(db, audit, prompts.All, cancellationToken);
            await effective.RecordAsync(tenant.Context, cancellationToken);
            await KeysAsync(db, cancellationToken);
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

    /// <summary>Whoever was erased stays erased, also when the database came back from an older copy.</summary>
    private async Task KeysAsync(CopilotDb db, CancellationToken cancellationToken)
    {
        if (!await contents.OursAsync(db, cancellationToken))
        {
            KeysElsewhere(log, db.Tenant.Id);
            return;
        }

        var (again, refusal) = await eraser.EraseAgainAsync(db.Tenant, cancellationToken);
        if (refusal is not null)
        {
            NotErasedAgain(log, db.Tenant.Id, refusal.ToString());
        }

        if (again > 0)
        {
            ErasedAgain(log, again, db.Tenant.Id);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "Prompts and answers of tenant {TenantId} are not kept for later evaluation: this node's store of subjects' keys is not the one this database was first used with. Give all nodes the same Audit:KeyDatabase, or the same folder Audit:Keys")]
    private static partial void KeysElsewhere(ILogger log, string tenantId);

    [LoggerMessage(3, LogLevel.Warning, "{Count} erased people of tenant {TenantId} were in this database again, as it came from an older copy; their words are taken out anew")]
    private static partial void ErasedAgain(ILogger log, int count, string tenantId);

    [LoggerMessage(4, LogLevel.Error, "Somebody who was erased is in this database of tenant {TenantId} again, and could not be erased anew: {Why} The next start tries again")]
    private static partial void NotErasedAgain(ILogger log, string tenantId, string why);

    [LoggerMessage(1, LogLevel.Information, "Prompt {Prompt} has other contents than when it was recorded (now {Hash}): {What}")]
    private static partial void PromptChanged(ILogger log, string prompt, string hash, string what);
}
