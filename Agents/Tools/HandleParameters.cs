using System.Reflection;
using System.Text.Json;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Agents.Tools;

/// <summary>Which parameters take a handle.</summary>
internal static class HandleParameters
{
    /// <summary>Read tools name such a parameter after the object's kind.</summary>
    private static readonly Dictionary<string, ObjectKind> ByName = Enum.GetValues<ObjectKind>()
        .ToDictionary(Agents.Handles.HandleMap.KindName, k => k, StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, ObjectKind> Of(IEnumerable<string> parameterNames) =>
        parameterNames.Where(ByName.ContainsKey).ToDictionary(n => n, n => ByName[n], StringComparer.Ordinal);

    /// <summary>Operations declare it on the record of their arguments.</summary>
    public static IReadOnlyDictionary<string, ObjectKind> Of(Type arguments) => arguments.GetProperties()
        .Select(p => (p.Name, Handle: p.GetCustomAttribute<HandleAttribute>() ?? ConstructorHandle(arguments, p.Name)))
        .Where(p => p.Handle is not null)
        .ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name), p => p.Handle!.Kind, StringComparer.Ordinal);

    /// <summary>On a positional record the attribute stands on the constructor's parameter.</summary>
    private static HandleAttribute? ConstructorHandle(Type type, string property) => type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .FirstOrDefault(p => p.Name == property)?.GetCustomAttribute<HandleAttribute>();
}
