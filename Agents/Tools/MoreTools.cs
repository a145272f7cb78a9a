using System.Text.Json.Nodes;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>The tool that asks for another: what a request leaves out is named here, and comes with the next one.</summary>
internal static class MoreTools
{
    public const string Name = "more_tools";
    public const string Argument = "name";

    /// <param name="names">Tools that can be asked for.</param>
    public static BoundTool Create(IReadOnlyList<string> names)
    {
        var function = KernelFunctionFactory.CreateFromMethod(
            (string name) => names.Contains(name)
                ? (object)new Added(name, "You can call it now.")
                : new ToolFailure(new Billing.Refusal("unknown_tool", "There is no such tool.", $"There are: {string.Join(", ", names)}.")),
            new KernelFunctionFromMethodOptions { FunctionName = Name, Description = "Gives you another tool of yours." });
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Argument] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]) } },
            ["required"] = new JsonArray(Argument),
        };
        return new BoundTool(function, ToolEffect.Read, schema, new Dictionary<string, Governance.Operations.ObjectKind>());
    }

    private sealed record Added(string Tool, string Note);
}
