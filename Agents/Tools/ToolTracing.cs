using System.Diagnostics;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>A span around every tool call. It sees names only, never arguments or results.</summary>
public sealed class ToolTracing : IFunctionInvocationFilter
{
    /// <summary>Source of the specialists' spans.</summary>
    public static ActivitySource Source { get; } = new("BillingCopilot.Agents");

    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        using var span = Source.StartActivity("tool " + context.Function.Name);
        await next(context);
    }
}
