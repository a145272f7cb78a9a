using System.Text.Json.Nodes;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.Guards;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>Turns an event's task into a turn of the specialist that its playbook names, unless a guard says to do nothing.</summary>
public sealed class PlaybookTurns(PlaybookRegistry playbooks, PlaybookGuards guards, RolloutPlan rollout, AuditLog audit)
{
    /// <summary>Null when a guard holds it back: there is nothing to do.</summary>
    public async Task<TurnRequest?> PrepareAsync(TenantContext tenant, TaskRow task, TaskInput input, CancellationToken cancellationToken)
    {
        var playbook = playbooks.Find(task.Playbook!)
            ?? throw new InvalidOperationException($"Playbook {task.Playbook} is no longer there.");
        var subject = Playbook.SubjectOf(input.EventType);
        if (rollout.PhaseOfPlaybook(playbook.Name) == RolloutPhase.Off)
        {
            await audit.AppendAsync(tenant, Nothing(task, playbook.Name, input, "playbook_off", null), cancellationToken);
            return null;
        }

        foreach (var guard in playbook.Guards)
        {
            if (!await guards.HoldsAsync(guard, tenant, playbook.Agent, subject, input.ObjectId, cancellationToken))
            {
                await audit.AppendAsync(tenant, Nothing(task, playbook.Name, input, "guard", guard), cancellationToken);
                return null;
            }
        }

        var subjects = await guards.SubjectsAsync(tenant, playbook.Agent, subject, input.ObjectId, cancellationToken);
        return new TurnRequest(tenant, Person.Automation, task.ConversationId, task.Id, playbook.Instructions, playbook.Agent, playbook.Name, subjects)
        {
            Attempt = task.Attempts,
            Interrupted = task.Abandoned,
            Gather = playbook.Gather(task.CauseAt ?? task.CreatedAt),
        };
    }

    /// <summary>The decision to do nothing, and why.</summary>
    private static AuditEntry Nothing(TaskRow task, string playbook, TaskInput input, string why, string? guard) => new(
        "decision.nothing", Person.Automation.Id, task.Id, new JsonObject { ["playbook"] = playbook, ["event"] = input.EventType, ["object"] = input.ObjectId, ["why"] = why, ["guard"] = guard });
}
