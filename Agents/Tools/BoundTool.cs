using System.Text.Json;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// A tool as a model sees it. It can't invoke itself: only the invoker runs it, through its kernel, so that
/// handles are resolved, kernel filters run and the result is journaled.
/// </summary>
/// <param name="create">Makes the function, when it is called first.</param>
public sealed class BoundTool(ToolShape shape, Func<KernelFunction> create) : AIFunction
{
    private readonly Lazy<KernelFunction> _function = new(create);

    public override string Name => shape.Name;

    public override string Description => shape.Description;

    public override JsonElement JsonSchema => shape.Schema;

    public KernelFunction Function => _function.Value;

    public ToolEffect Effect => shape.Effect;

    /// <summary>What it takes of a request, in tokens of o200k.</summary>
    public int Tokens => shape.Tokens;

    public IReadOnlyList<KernelParameterMetadata> Parameters => shape.Parameters;

    /// <summary>Parameters that take a handle, and of what kind.</summary>
    public IReadOnlyDictionary<string, ObjectKind> Handles => shape.Handles;

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{Name} can only be run by the tool invoker.");
}
