using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Arguments;

/// <summary>
/// Between an arguments record and its canonical JSON, exactly and both ways. References become ids, amounts
/// become <c>{"amount":12000,"currency":"usd"}</c>, decimals and instants become text; absent means null.
/// </summary>
internal static class ArgumentCodec
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <summary>
    /// As <see cref="Write(object)"/>, after making sure that reading it back gives the same: what people approve is
    /// what is carried out.
    /// </summary>
    public static JsonObject WriteExactly(object arguments)
    {
        var json = Write(arguments);
        return JsonNode.DeepEquals(json, Write(Read(arguments.GetType(), json)))
            ? json
            : throw new InvalidOperationException($"{arguments.GetType().Name} does not survive being stored: a property is computed from another or changed by its constructor.");
    }

    public static JsonObject Write(object arguments)
    {
        var json = new JsonObject();
        foreach (var field in ArgumentShape.Of(arguments.GetType()).Fields)
        {
            if (field.Property.GetValue(arguments) is { } value)
            {
                json[field.Name] = WriteValue(field.Value, value);
            }
        }

        return json;
    }

    /// <summary>Throws on anything that <see cref="Write"/> did not make.</summary>
    public static object Read(Type type, JsonObject json)
    {
        var shape = ArgumentShape.Of(type);
        var values = shape.Fields.Where(f => json[f.Name] is not null).ToDictionary(f => f.Property.Name, f => ReadValue(f.Value, json[f.Name]!), StringComparer.OrdinalIgnoreCase);
        var arguments = shape.Constructor.Invoke([.. shape.Constructor.GetParameters().Select(p => values.GetValueOrDefault(p.Name!) ?? DefaultOf(p))]);
        foreach (var field in shape.Fields.Where(f => f.Parameter is null && values.ContainsKey(f.Property.Name)))
        {
            field.Property.SetValue(arguments, values[field.Property.Name]);
        }

        return arguments;
    }

    /// <summary>Every object that canonical arguments name.</summary>
    public static IEnumerable<ObjectRef> ReferencesIn(Type type, JsonObject canonical) =>
        ArgumentShape.Of(type).Fields.Where(f => canonical[f.Name] is not null).SelectMany(f => ReferencesIn(f.Value, canonical[f.Name]!));

    /// <summary>Canonical arguments in the form in which they are asked for: amounts as text with their currency.</summary>
    public static JsonObject ToSent(Type type, JsonObject canonical) => new(
        ArgumentShape.Of(type).Fields.Where(f => canonical[f.Name] is not null).Select(f => KeyValuePair.Create(f.Name, (JsonNode?)ToSent(f.Value, canonical[f.Name]!))));

    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    public static JsonObject Write(Money money) => new() { ["amount"] = money.AmountMinor, ["currency"] = money.Currency };

    private static object? DefaultOf(ParameterInfo parameter) => parameter.HasDefaultValue ? parameter.DefaultValue : null;

    private static JsonNode WriteValue(ArgumentValue type, object value) => type.Kind switch
    {
        ArgumentKind.Text => JsonValue.Create((string)value),
        ArgumentKind.Integer => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        ArgumentKind.Number => JsonValue.Create(WithoutTrailingZeros((decimal)value).ToString(CultureInfo.InvariantCulture)),
        ArgumentKind.Flag => JsonValue.Create((bool)value),
        ArgumentKind.Choice => JsonValue.Create(WireName.Of(value.ToString()!)),
        ArgumentKind.Reference => JsonValue.Create(((ObjectRef)value).Id),
        ArgumentKind.Amount => Write((Money)value),
        ArgumentKind.Date => JsonValue.Create(((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ArgumentKind.Instant => JsonValue.Create(Text((DateTimeOffset)value)),
        ArgumentKind.List => new JsonArray([.. ((IEnumerable)value).Cast<object>().Select(i => WriteValue(type.Item!, i))]),
        _ => Write(value),
    };

    private static object ReadValue(ArgumentValue type, JsonNode node) => type.Kind switch
    {
        ArgumentKind.Text => node.GetValue<string>(),
        ArgumentKind.Integer => Convert.ChangeType(node.GetValue<long>(), type.Type, CultureInfo.InvariantCulture),
        ArgumentKind.Number => decimal.Parse(node.GetValue<string>(), NumberStyles.Float, CultureInfo.InvariantCulture),
        ArgumentKind.Flag => node.GetValue<bool>(),
        ArgumentKind.Choice => ReadChoice(type.Type, node.GetValue<string>()),
        ArgumentKind.Reference => new ObjectRef(type.Handle!.Value, node.GetValue<string>()),
        ArgumentKind.Amount => new Money(node["amount"]!.GetValue<long>(), node["currency"]!.GetValue<string>()),
        ArgumentKind.Date => DateOnly.ParseExact(node.GetValue<string>(), "yyyy-MM-dd", CultureInfo.InvariantCulture),
        ArgumentKind.Instant => DateTimeOffset.ParseExact(node.GetValue<string>(), InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        ArgumentKind.List => ReadList(type, node.AsArray()),
        _ => Read(type.Type, node.AsObject()),
    };

    private static IEnumerable<ObjectRef> ReferencesIn(ArgumentValue type, JsonNode node) => type.Kind switch
    {
        ArgumentKind.Reference => [new ObjectRef(type.Handle!.Value, node.GetValue<string>())],
        ArgumentKind.List => node.AsArray().SelectMany(i => ReferencesIn(type.Item!, i!)),
        ArgumentKind.Record => ReferencesIn(type.Type, node.AsObject()),
        _ => [],
    };

    private static JsonNode ToSent(ArgumentValue type, JsonNode node) => type.Kind switch
    {
        ArgumentKind.Amount => JsonValue.Create(((Money)ReadValue(type, node)).ToString()),
        ArgumentKind.List => new JsonArray([.. node.AsArray().Select(i => ToSent(type.Item!, i!))]),
        ArgumentKind.Record => ToSent(type.Type, node.AsObject()),
        _ => node.DeepClone(),
    };

    private static decimal WithoutTrailingZeros(decimal value) => value / 1.0000000000000000000000000000m;

    private static object ReadChoice(Type type, string name) =>
        Enum.Parse(type, Enum.GetNames(type).Single(n => WireName.Of(n) == name));

    private static object ReadList(ArgumentValue type, JsonArray nodes)
    {
        var items = Array.CreateInstance(type.Item!.Type, nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            items.SetValue(ReadValue(type.Item, nodes[i]!), i);
        }

        return type.Type.IsAssignableFrom(items.GetType())
            ? items
            : Activator.CreateInstance(type.Type, items)!;
    }
}
