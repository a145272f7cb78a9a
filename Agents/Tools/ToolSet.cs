using System.Text.Json.Nodes;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>Makes a specialist's tools for one turn.</summary>
public static class ToolSet
{
    /// <param name="propose">What the tool of an operation does when it is called.</param>
    public static IReadOnlyList<BoundTool> Create(AgentPrompt prompt, ToolScope scope, ToolSources sources, Func<OperationDescriptor, KernelArguments, CancellationToken, Task<object>> propose)
    {
        var reads = sources.OpenReads(scope);
        return [.. prompt.Tools.Select(name => sources.ReadNames.Contains(name) ? Read(name, reads, sources) : Propose(Operation(name, prompt, sources), sources, propose))];
    }

    /// <summary>The function is made when it is called first: of a specialist's tools a turn calls few.</summary>
    private static BoundTool Read(string name, Func<string, KernelFunction> reads, ToolSources sources) =>
        new(sources.Shapes.Of(name, () => ToolShape.OfRead(reads(name), sources.HandlesOf(name))), () => reads(name));

    private static BoundTool Propose(OperationDescriptor operation, ToolSources sources, Func<OperationDescriptor, KernelArguments, CancellationToken, Task<object>> propose)
    {
        var shape = sources.Shapes.Of(operation.Name, () => ToolShape.OfOperation(operation, (JsonObject)sources.SchemaOf(operation).DeepClone()));
        return new BoundTool(shape, () => KernelFunctionFactory.CreateFromMethod(
            (KernelArguments arguments, CancellationToken cancellationToken) => propose(operation, arguments, cancellationToken),
            new KernelFunctionFromMethodOptions { FunctionName = operation.Name, Description = operation.Description, Parameters = shape.Parameters }));
    }

    private static OperationDescriptor Operation(string name, AgentPrompt prompt, ToolSources sources) => sources.Operations.Find(name)
        ?? throw new AgentConfigurationException($"{prompt.Path}: '{name}' is neither a read tool nor an operation, so it has no declared effect.");
}
