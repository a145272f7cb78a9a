using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// The tool that asks for another: what a request leaves out comes with the next one. The instructions name the
/// tools already, so it names only those that they don't.
/// </summary>
internal static class MoreTools
{
    public const string Name = "more_tools";
    public const string Argument = "name";

    private const string Description = "Gives you another tool that your instructions name";

    private static readonly KernelParameterMetadata[] Parameters = [new(Argument) { ParameterType = typeof(string), IsRequired = true }];

    /// <param name="names">Tools that can be asked for.</param>
    /// <param name="instructions">What the specialist is told.</param>
    public static BoundTool Create(IReadOnlyList<string> names, string instructions)
    {
        string[] unnamed = [.. names.Where(n => !instructions.Contains(n, StringComparison.Ordinal))];
        var description = Description + (unnamed.Length == 0 ? "." : $", or one of: {string.Join(", ", unnamed)}.");
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Argument] = new JsonObject { ["type"] = "string" } },
            ["required"] = new JsonArray(Argument),
        };
        var shape = new ToolShape(Name, description, ToolEffect.Read, JsonSerializer.SerializeToElement(schema), Parameters, new Dictionary<string, Governance.Operations.ObjectKind>());
        return new BoundTool(shape, () => KernelFunctionFactory.CreateFromMethod(
            (string name) => names.Contains(name)
                ? (object)new Added(name, "You can call it now.")
                : new ToolFailure(new Billing.Refusal("unknown_tool", "There is no such tool.", $"There are: {string.Join(", ", names)}.")),
            new KernelFunctionFromMethodOptions { FunctionName = Name, Description = description }));
    }

    private sealed record Added(string Tool, string Note);
}
