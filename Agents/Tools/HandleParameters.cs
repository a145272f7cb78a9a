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

    /// <summary>
    /// Where handles stand that the invoker would not resolve: inside a list or a nested record. Their names, for
    /// the start-up to refuse, since a raw id could pass there.
    /// </summary>
    public static IEnumerable<string> NestedIn(Type arguments) => arguments.GetProperties()
        .Where(p => Unwrapped(p.PropertyType) is var inner && (HasHandle(arguments, p) ? inner.IsList : Holds(inner.Type, [arguments])))
        .Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));

    /// <summary>The same of a read tool's parameters.</summary>
    public static IEnumerable<string> NestedIn(MethodInfo tool) => tool.GetParameters()
        .Where(p => Unwrapped(p.ParameterType) is var inner && (p.GetCustomAttribute<HandleAttribute>() is not null ? inner.IsList : Holds(inner.Type, [])))
        .Select(p => p.Name!);

    private static bool HasHandle(Type type, PropertyInfo property) => (property.GetCustomAttribute<HandleAttribute>() ?? ConstructorHandle(type, property.Name)) is not null;

    /// <summary>A type, or the items' type of a list.</summary>
    private static (Type Type, bool IsList) Unwrapped(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        var item = bare == typeof(string) ? null
            : bare.IsArray ? bare.GetElementType()
            : bare.GetInterfaces().Append(bare).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        return item is null ? (bare, false) : (Unwrapped(item).Type, true);
    }

    private static bool Holds(Type type, HashSet<Type> seen) => type == typeof(ObjectRef)
        || (type.Namespace?.StartsWith("BillingCopilot", StringComparison.Ordinal) == true && !type.IsEnum && seen.Add(type)
            && type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Any(p => HasHandle(type, p) || Holds(Unwrapped(p.PropertyType).Type, seen)));

    /// <summary>On a positional record the attribute stands on the constructor's parameter.</summary>
    private static HandleAttribute? ConstructorHandle(Type type, string property) => type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .FirstOrDefault(p => p.Name == property)?.GetCustomAttribute<HandleAttribute>();
}
