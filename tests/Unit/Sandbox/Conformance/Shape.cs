using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Stripe;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Compares an answer with the entity that Stripe.net reads it as: fields, types, documented values.</summary>
internal static class Shape
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, PropertyInfo>> Known = new();

    /// <summary>What does not fit, as paths with the fault; empty when all does.</summary>
    public static List<string> Faults(JToken value, Type type)
    {
        List<string> faults = [];
        Check(value, type, null, type.Name, faults);
        return faults;
    }

    private static void Check(JToken value, Type type, PropertyInfo? property, string path, List<string> faults)
    {
        if (value.Type == JTokenType.Null)
        {
            if (type.IsValueType && Nullable.GetUnderlyingType(type) is null && property is not null)
            {
                faults.Add($"{path}: null, though {type.Name} takes none");
            }

            return;
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Expandable(type) is { } inner)
        {
            if (value.Type != JTokenType.String)
            {
                Check(value, inner, null, path, faults);
            }

            return;
        }

        switch (value)
        {
            case JObject map:
                Members(map, Concrete(map, type), path, faults);
                break;
            case JArray items:
                Items(items, type, property, path, faults);
                break;
            default:
                Leaf((JValue)value, type, property, path, faults);
                break;
        }
    }

    private static void Members(JObject map, Type type, string path, List<string> faults)
    {
        if (typeof(IDictionary).IsAssignableFrom(type) || type == typeof(object) || type == typeof(JObject) || type.Name.StartsWith("Dictionary", StringComparison.Ordinal))
        {
            return;
        }

        if (type.IsPrimitive || type == typeof(string) || type == typeof(DateTime) || type == typeof(decimal) || typeof(IList).IsAssignableFrom(type))
        {
            faults.Add($"{path}: an object, not {type.Name}");
            return;
        }

        var known = Fields(type);
        foreach (var field in map.Properties())
        {
            if (known.TryGetValue(field.Name, out var property))
            {
                Check(field.Value, property.PropertyType, property, $"{path}.{field.Name}", faults);
            }
            else
            {
                faults.Add($"{path}.{field.Name}: unknown to {type.Name}");
            }
        }
    }

    private static void Items(JArray items, Type type, PropertyInfo? property, string path, List<string> faults)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type) || !type.IsGenericType)
        {
            faults.Add($"{path}: an array, not {type.Name}");
            return;
        }

        foreach (var item in items)
        {
            Check(item, type.GetGenericArguments()[0], property, path + "[]", faults);
        }
    }

    private static void Leaf(JValue value, Type type, PropertyInfo? property, string path, List<string> faults)
    {
        var fits = value.Type switch
        {
            JTokenType.String or JTokenType.Date => type == typeof(string) || type == typeof(decimal),
            JTokenType.Boolean => type == typeof(bool),
            JTokenType.Integer => type == typeof(long) || type == typeof(decimal) || type == typeof(DateTime),
            JTokenType.Float => type == typeof(decimal) || type == typeof(double),
            _ => false,
        };
        if (!fits)
        {
            faults.Add($"{path}: {value.Type} {value}, not {type.Name}");
        }
        else if (type == typeof(string) && property is not null && StripeDocs.Of(property) is { } values && !values.Contains((string)value!))
        {
            faults.Add($"{path}: '{value}' is none of {string.Join(", ", values)}");
        }
    }

    private static Type? Expandable(Type type) =>
        type.IsGenericType && type.Name.StartsWith("ExpandableField", StringComparison.Ordinal) ? type.GetGenericArguments()[0] : null;

    /// <summary>The entity behind an interface, by the <c>object</c> field.</summary>
    private static Type Concrete(JObject map, Type type) =>
        type.IsInterface && (string?)map["object"] is { } kind && StripeTypeRegistry.ObjectsToTypes.TryGetValue(kind, out var found) ? found
        : type.IsInterface ? typeof(object)
        : type;

    private static Dictionary<string, PropertyInfo> Fields(Type type) => Known.GetOrAdd(type, static type => type
        .GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .Select(property => (Property: property, Name: property.GetCustomAttribute<JsonPropertyAttribute>()?.PropertyName))
        .Where(item => item.Name is not null)
        .GroupBy(item => item.Name!)
        .ToDictionary(group => group.Key, group => group.First().Property));
}
