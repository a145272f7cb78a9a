using System.Text.Json.Nodes;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Storage;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Agents.Journal;

/// <summary>
/// The prompts' own texts in the audit log, each once: the words kept of a model call name the prompt by version and
/// hash where it stood, and an export holds both.
/// </summary>
public static class PromptTexts
{
    /// <summary>Kind of the entries; their subject is <c>support.v1@HASH</c>.</summary>
    public const string Kind = "prompt.recorded";

    /// <summary>Records those texts that the log does not hold yet.</summary>
    public static async Task RecordAsync(CopilotDb db, AuditLog log, IEnumerable<AgentPrompt> prompts, CancellationToken cancellationToken)
    {
        var missing = new List<AuditEntry>();
        foreach (var prompt in prompts)
        {
            var subject = $"{prompt.Label}@{prompt.Hash}";
            if (!await db.Audit.AnyAsync(r => r.Subject == subject && r.Kind == Kind, cancellationToken))
            {
                missing.Add(new AuditEntry(Kind, "governance", subject, new JsonObject
                {
                    ["prompt"] = prompt.Name,
                    ["prompt_version"] = prompt.Version,
                    ["prompt_hash"] = prompt.Hash,
                    ["text"] = prompt.Body,
                }));
            }
        }

        if (missing.Count > 0)
        {
            await using var transaction = await db.BeginAsync(cancellationToken);
            await log.AppendAsync(db, missing, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>What stands for a prompt's text in the words kept of a call.</summary>
    internal static string Mark(PromptIdentity prompt) => $"[prompt {prompt.Name}.v{prompt.Version}@{prompt.Hash}]";
}
