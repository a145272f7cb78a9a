using System.Reflection;
using System.Text.Json;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Agents.Tools;

/// <summary>Which arguments of an operation are handles.</summary>
internal static class HandleParameters
{
    public static IReadOnlyDictionary<string, ObjectKind> Of(Type arguments) => arguments.GetProperties()
        .Select(p => (p.Name, Handle: p.GetCustomAttribute<HandleAttribute>() ?? ConstructorHandle(arguments, p.Name)))
        .Where(p => p.Handle is not null)
        .ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name), p => p.Handle!.Kind, StringComparer.Ordinal);

    /// <summary>On a positional record the attribute stands on the constructor's parameter.</summary>
    private static HandleAttribute? ConstructorHandle(Type type, string property) => type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .FirstOrDefault(p => p.Name == property)?.GetCustomAttribute<HandleAttribute>();
}
