using System.Text.Json;
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
        string[] reads = [.. prompt.Tools.Where(sources.ReadNames.Contains)];
        var tools = sources.CreateReads(scope, reads).Select(f => Read(f, sources.HandlesOf(f.Name))).ToList();
        foreach (var name in prompt.Tools.Except(reads))
        {
            var operation = sources.Operations.Find(name) ?? throw new AgentConfigurationException($"{prompt.Path}: '{name}' is neither a read tool nor an operation, so it has no declared effect.");
            tools.Add(Propose(operation, sources.SchemaOf(operation), propose));
        }

        return [.. prompt.Tools.Select(name => tools.Find(t => t.Name == name)
            ?? throw new AgentConfigurationException($"{prompt.Path}: the tool '{name}' was not made."))];
    }

    private static BoundTool Read(KernelFunction function, IReadOnlyDictionary<string, ObjectKind> handles)
    {
        var schema = (JsonObject)JsonNode.Parse(function.JsonSchema.GetRawText())!;

        // The kernel repeats the description in the schema, where it only costs tokens.
        schema.Remove("condition");
        return new BoundTool(function, ToolEffect.Read, schema, handles);
    }

    private static BoundTool Propose(OperationDescriptor operation, JsonObject operationSchema, Func<OperationDescriptor, KernelArguments, CancellationToken, Task<object>> propose)
    {
        var schema = (JsonObject)operationSchema.DeepClone();
        var properties = schema["properties"] as JsonObject ?? throw new AgentConfigurationException($"The schema of {operation.Name} has no properties.");
        properties[ProposalArguments.Why] = new JsonObject { ["type"] = "string", ["description"] = "Why, in one sentence, for the person who decides." };
        properties[ProposalArguments.NotBefore] = new JsonObject { ["type"] = "string", ["description"] = "Only if a time was asked for: \"Tuesday 9:00 Europe/Berlin\" or \"… their time\"." };
        (schema["required"] as JsonArray)?.Add(ProposalArguments.Why);
        var function = KernelFunctionFactory.CreateFromMethod(
            (KernelArguments arguments, CancellationToken cancellationToken) => propose(operation, arguments, cancellationToken),
            new KernelFunctionFromMethodOptions
            {
                FunctionName = operation.Name,
                Description = operation.Description,
                Parameters = [.. properties.Select(p => new KernelParameterMetadata(p.Key) { Schema = KernelJsonSchema.Parse(p.Value!.ToJsonString()) })],
            });
        return new BoundTool(function, ToolEffect.Propose, schema, HandleParameters.Of(operation.ArgumentsType));
    }
}

/// <summary>Names of what a proposing tool takes besides its operation's arguments.</summary>
internal static class ProposalArguments
{
    public const string Why = "why";
    public const string NotBefore = "not_before";
}
