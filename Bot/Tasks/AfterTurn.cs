using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Tasks;

/// <summary>What follows from a finished turn: standing approvals are tried, and the decision to propose nothing is recorded.</summary>
public sealed class AfterTurn(Decisions decisions, ProposalBook book, PlaybookRegistry playbooks, OperationCatalog operations, AuditLog audit, AuditContents contents)
{
    private const int MostWords = 600;

    /// <param name="answer">Null when a guard held the turn back; that is recorded where it happens.</param>
    public async Task RunAsync(TenantContext tenant, TaskRow task, TurnAnswer? answer, CancellationToken cancellationToken)
    {
        if (answer is null)
        {
            return;
        }

        foreach (var proposal in answer.Proposals.Where(p => p.Status == ProposalStatus.Pending))
        {
            await decisions.TryStandingAsync(tenant, proposal, cancellationToken);
        }

        if (task.Playbook is { } name && playbooks.Find(name)?.ContextTools.Except(answer.Tools.Select(t => t.Name)).ToArray() is { Length: > 0 } missing)
        {
            var tools = new JsonArray([.. missing.Select(t => JsonValue.Create(t))]);
            await audit.AppendAsync(tenant, new AuditEntry("playbook.context_missing", answer.Agent, task.Id, new JsonObject { ["playbook"] = name, ["tools"] = tools }), cancellationToken);
        }

        if (answer.Proposals.Count == 0 && (task.Playbook is not null || answer.Tools.Any(IsRefusedWrite) || WriteRequests.AreIn(WordsOf(task)) || WriteRequests.AreDeclinedIn(answer.Text)))
        {
            await audit.AppendAsync(tenant, await NothingAsync(tenant, task, answer, cancellationToken), cancellationToken);
        }
    }

    /// <summary>The same for what another assistant's call proposed: standing approvals hold for it as for any other proposal. Returns those that one decided.</summary>
    public async Task<IReadOnlyList<ProposalView>> ProposedAsync(TenantContext tenant, string taskId, CancellationToken cancellationToken)
    {
        var decided = new List<ProposalView>();
        foreach (var proposal in (await book.ListForTaskAsync(tenant, taskId, cancellationToken)).Where(p => p.Status == ProposalStatus.Pending))
        {
            if (await decisions.TryStandingAsync(tenant, proposal, cancellationToken) is { Status: not ProposalStatus.Pending } view)
            {
                decided.Add(view);
            }
        }

        return decided;
    }

    private bool IsRefusedWrite(ToolCallView call) => call.Failed && operations.All.Any(o => o.Name == call.Name);

    private static string WordsOf(TaskRow task) => JsonSerializer.Deserialize<TaskInput>(task.Input)?.Text ?? "";

    /// <summary>The agent's own words for it are people's: plain, capped, and encrypted like every prompt and answer.</summary>
    private async Task<AuditEntry> NothingAsync(TenantContext tenant, TaskRow task, TurnAnswer answer, CancellationToken cancellationToken)
    {
        var words = await contents.StoreAsync(tenant, [AuditContents.KeyOfConversation(answer.ConversationId)], new JsonObject { ["why"] = PlainText.Clean(Redaction.CleanResult(answer.Text), MostWords) }.ToJsonString(), cancellationToken);
        return new AuditEntry("decision.nothing", answer.Agent, task.Id, new JsonObject
        {
            ["playbook"] = task.Playbook,
            ["why"] = answer.Tools.Any(t => t.Failed) ? "refused" : "nothing_proposed",
            ["refused"] = new JsonArray([.. answer.Tools.Where(t => t.Failed).Select(t => JsonValue.Create($"{t.Name}:{CodeOf(t.ResultJson)}"))]),
            ["content"] = words?.Id,
            ["content_hash"] = words?.Hash,
        });
    }

    private static string CodeOf(string result) => (string?)JsonNode.Parse(result)?["error"]?["code"] ?? "error";
}
