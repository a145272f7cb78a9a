using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// All that the specialists can reach: reads, and the recording of proposals. There is no member that writes,
/// and the kernels made from it have no services to find one in.
/// </summary>
/// <param name="ReadNames">Names of the read tools, each with a declared effect.</param>
/// <param name="OpenReads">For a turn: makes read tools for a scope, each by its name.</param>
/// <param name="HandlesOf">Parameters of a read tool that take a handle, and of what kind.</param>
/// <param name="Operations">What can be proposed.</param>
/// <param name="SchemaOf">JSON schema of an operation's arguments.</param>
/// <param name="ProposeAsync">Records a proposal.</param>
/// <param name="ApprovalOf">Says in words who has to approve a proposal.</param>
/// <param name="ProposalsOfTaskAsync">What a task has proposed so far.</param>
/// <param name="ProposalsOfConversationAsync">What a conversation has proposed so far.</param>
public sealed record ToolSources(
    IReadOnlyCollection<string> ReadNames,
    Func<ToolScope, Func<string, KernelFunction>> OpenReads,
    Func<string, IReadOnlyDictionary<string, ObjectKind>> HandlesOf,
    OperationCatalog Operations,
    Func<OperationDescriptor, JsonObject> SchemaOf,
    Func<ProposeRequest, CancellationToken, Task<Outcome<ProposalView>>> ProposeAsync,
    Func<ProposalView, string> ApprovalOf,
    Func<TenantContext, string, CancellationToken, Task<IReadOnlyList<ProposalView>>> ProposalsOfTaskAsync,
    Func<TenantContext, string, CancellationToken, Task<IReadOnlyList<ProposalView>>> ProposalsOfConversationAsync)
{
    /// <summary>Whether the policy lets this person propose an operation, by its name, in chat or in a playbook.</summary>
    public Func<Person, string?, string, bool> MayPropose { get; init; } = static (_, _, _) => true;

    /// <summary>Whether a turn is told of a tool: reads always, operations where they may be proposed.</summary>
    public bool MayUse(Person requester, string? playbook, string tool) => ReadNames.Contains(tool) || MayPropose(requester, playbook, tool);

    internal ToolShapes Shapes { get; } = new();

    /// <summary>Everything a prompt may list.</summary>
    public IReadOnlyCollection<string> Names => [.. ReadNames, .. Operations.All.Select(o => o.Name)];
}
