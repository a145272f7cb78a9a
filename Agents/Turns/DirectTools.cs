using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Turns;

/// <summary>
/// The specialists' tools for a program that brings a model of its own. It gets what a specialist gets, and no more:
/// reads as allow-list projections with handles, and proposals that wait for a person. Every call is audited before it runs.
/// </summary>
public sealed class DirectTools(
    PromptRegistry prompts, ToolSources sources, PolicyBook policies, CopilotDbFactory databases, AuditLog audit, BusinessClock clock,
    IEnumerable<IFunctionInvocationFilter> filters, TurnAudits audits, ILoggerFactory loggers)
{
    private readonly TurnGate _gate = new();

    /// <summary>Stamped on proposals in a specialist's place.</summary>
    public const string Agent = "mcp";

    /// <summary>What this person may call, by name: all reads of the active specialists, and the proposals that the policy lets them make.</summary>
    public IReadOnlyList<BoundTool> For(TenantContext tenant, Person person) =>
        [.. Allowed(tenant, person).Select(t => Bind(t.Prompt, t.Name, new ToolScope(tenant, t.Prompt.Name, person), (_, _, _) => throw new InvalidOperationException("This is only a description.")))];

    /// <summary>Runs one call. The text is what a specialist's model would be told.</summary>
    /// <param name="conversationId">Whose handles are used; it belongs to the person.</param>
    /// <param name="taskId">New for every call.</param>
    public async Task<DirectResult> CallAsync(TenantContext tenant, Person person, string conversationId, string taskId, string name, JsonObject arguments, CancellationToken cancellationToken)
    {
        if (Allowed(tenant, person).FirstOrDefault(t => t.Name == name) is not { Prompt: { } prompt })
        {
            await AuditAsync(tenant, person, taskId, "mcp.refused", new JsonObject { ["tool"] = sources.Names.Contains(name) ? name : "unknown" }, cancellationToken);
            return new DirectResult("""{"error":{"code":"unknown_tool","message":"There is no such tool for you.","remedy":"List the tools first."}}""", Failed: true);
        }

        // Two calls at once would both issue the next handle.
        using var turn = await _gate.EnterAsync((tenant.Id, conversationId), cancellationToken);
        await AuditAsync(tenant, person, taskId, "mcp.called", new JsonObject { ["tool"] = name, ["effect"] = sources.ReadNames.Contains(name) ? "read" : "propose" }, cancellationToken);
        var request = new TurnRequest(tenant, person, conversationId, taskId, "");
        return await RunAsync(prompt, request, name, arguments, cancellationToken);
    }

    private async Task<DirectResult> RunAsync(AgentPrompt prompt, TurnRequest request, string name, JsonObject arguments, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(request.Tenant);
        var conversation = await Conversation.OpenAsync(db, request, clock.UtcNow, cancellationToken);
        var handles = conversation.Handles;
        using var record = await TurnRecord.OpenAsync(db, databases, audits, request.ConversationId, request.TaskId, request.Attempt, handles, clock, cancellationToken);
        if (conversation.Begun is { } row)
        {
            record.Add(row);
        }

        var journal = new TaskJournal(record, request.Tenant, Agent, clock);
        var trail = new TurnAudit(record, request, new PromptIdentity(Agent, 1, ""), Agent);
        var proposer = new Proposer(sources, request, Agent, why => ReasonEvidence.Of(why, conversation.EvidenceSoFar([], null), handles), clock, static _ => ValueTask.CompletedTask) { StepOf = static (_, _) => Task.FromResult(1) };
        var tool = Bind(prompt, name, new ToolScope(request.Tenant, prompt.Name, request.Requester), proposer.ProposeAsync);
        var invoker = new ToolInvoker(NewKernel(), handles, journal, trail, maxCalls: 1, budget: null, static _ => ValueTask.CompletedTask, loggers.CreateLogger<ToolInvoker>());
        var sent = tool.Effect == ToolEffect.Read ? TypedIn(tool, arguments, handles) : arguments;
        var call = new Microsoft.Extensions.AI.FunctionCallContent("call_1", name, sent.ToDictionary(p => p.Key, p => (object?)p.Value?.DeepClone()));
        var result = await invoker.InvokeAsync(
            new Microsoft.Extensions.AI.FunctionInvocationContext { Function = tool, CallContent = call, Arguments = new AIFunctionArguments(call.Arguments) },
            cancellationToken);

        // No call is taken up again under its id: its journal serves nobody, and an erasure would not find it.
        await record.WriteAsync((stored, token) => ForgetStepsAsync(stored, request.TaskId, token), CancellationToken.None);
        invoker.ThrowIfStopped();
        return new DirectResult(result as string ?? JsonSerializer.Serialize(result, ModelJson.Plain), invoker.Calls.Count == 0 || invoker.Calls[^1].Failed);
    }

    /// <summary>Those that are stored, and those that would be now.</summary>
    private static Task<int> ForgetStepsAsync(CopilotDb db, string taskId, CancellationToken cancellationToken)
    {
        foreach (var step in db.ChangeTracker.Entries<StepRow>().Where(s => s.Entity.TaskId == taskId).ToList())
        {
            step.State = EntityState.Detached;
        }

        return db.Steps.Where(s => s.TaskId == taskId).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>A search's words are a person's: an id or address in them is only a candidate, as when it is typed into the chat.</summary>
    private static JsonObject TypedIn(BoundTool tool, JsonObject arguments, HandleMap handles) => new(arguments.Select(a => KeyValuePair.Create(
        a.Key,
        !tool.Handles.ContainsKey(a.Key) && a.Value is JsonValue value && value.TryGetValue<string>(out var text)
            ? JsonValue.Create(TypedReferences.TakeIn(text, handles).Text)
            : a.Value?.DeepClone())));

    private IEnumerable<(AgentPrompt Prompt, string Name)> Allowed(TenantContext tenant, Person person) =>
        prompts.ActiveFor(tenant).Values.OrderBy(p => p.Name, StringComparer.Ordinal)
            .SelectMany(p => p.Tools.Select(t => (Prompt: p, Name: t)))
            .DistinctBy(t => t.Name)
            .Where(t => sources.ReadNames.Contains(t.Name) || policies.For(t.Name).ProposerRole(person) is not null)
            .OrderBy(t => t.Name, StringComparer.Ordinal);

    private BoundTool Bind(AgentPrompt prompt, string name, ToolScope scope, Func<Governance.Operations.OperationDescriptor, KernelArguments, CancellationToken, Task<object>> propose) =>
        ToolSet.Create(prompt with { Tools = [name] }, scope, sources, propose)[0];

    /// <summary>A kernel without plugins and without services: nothing that writes can be resolved from it.</summary>
    private Kernel NewKernel()
    {
        var kernel = new Kernel();
        foreach (var filter in filters)
        {
            kernel.FunctionInvocationFilters.Add(filter);
        }

        return kernel;
    }

    private async Task AuditAsync(TenantContext tenant, Person person, string taskId, string kind, JsonObject details, CancellationToken cancellationToken) =>
        await audit.AppendAsync(tenant, new AuditEntry(kind, person.Id, taskId, details), cancellationToken);
}

/// <summary>What a call gave.</summary>
/// <param name="Text">JSON, with handles for objects.</param>
public sealed record DirectResult(string Text, bool Failed);
