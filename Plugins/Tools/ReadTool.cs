using System.Reflection;
using BillingCopilot.Governance.Operations;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.Tools;

/// <summary>One read tool, as found on its plugin.</summary>
/// <param name="Handles">Parameters that are handles, with their kind: code resolves them before the call.</param>
public sealed record ReadTool(string Name, ToolEffect Effect, Type Plugin, MethodInfo Method, IReadOnlyDictionary<string, ObjectKind> Handles)
{
    /// <summary>False when it looks only into what this process holds: the policies and past tickets.</summary>
    public bool ReachesOut => Plugin != typeof(Knowledge.KnowledgePlugin);

    /// <summary>The tool that this method is. Throws, naming it, when it declares no effect.</summary>
    internal static ReadTool Of(Type plugin, MethodInfo method)
    {
        var name = method.GetCustomAttribute<KernelFunctionAttribute>()!.Name ?? method.Name;
        var effect = method.GetCustomAttribute<ToolEffectAttribute>()
            ?? throw new InvalidOperationException($"Tool '{name}' ({plugin.Name}.{method.Name}) declares no effect: add [ToolEffect].");
        return effect.Effect == ToolEffect.Read
            ? new ReadTool(name, effect.Effect, plugin, method, HandlesOf(method))
            : throw new InvalidOperationException($"Tool '{name}' ({plugin.Name}.{method.Name}) must only read: writes are operations.");
    }

    private static Dictionary<string, ObjectKind> HandlesOf(MethodInfo method) => method.GetParameters()
        .Select(p => (p.Name, Handle: p.GetCustomAttribute<HandleAttribute>()))
        .Where(p => p.Handle is not null)
        .ToDictionary(p => p.Name!, p => p.Handle!.Kind, StringComparer.Ordinal);
}
