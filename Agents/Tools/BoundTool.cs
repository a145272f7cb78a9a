using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// A tool as a model sees it. It can't invoke itself: only the invoker runs it, through its kernel, so that
/// handles are resolved, kernel filters run and the result is journaled.
/// </summary>
/// <param name="Effect">Reads or proposes.</param>
/// <param name="Handles">Parameters that take a handle, and of what kind.</param>
public sealed class BoundTool(KernelFunction function, ToolEffect effect, JsonObject schema, IReadOnlyDictionary<string, ObjectKind> handles) : AIFunction
{
    public override string Name => Function.Name;

    public override string Description => Function.Description;

    public override JsonElement JsonSchema { get; } = JsonSerializer.SerializeToElement(schema);

    public KernelFunction Function { get; } = function;

    public ToolEffect Effect { get; } = effect;

    public IReadOnlyDictionary<string, ObjectKind> Handles { get; } = handles;

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{Name} can only be run by the tool invoker.");
}
