using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Arguments;

/// <summary>
/// The fields of an arguments record: read once by reflection, then used by the binder, the codec and the
/// schema, so that the three can't disagree.
/// </summary>
internal sealed class ArgumentShape
{
    private static readonly ConcurrentDictionary<Type, ArgumentShape> Known = new();

    private ArgumentShape(Type type)
    {
        Type = type;
        Constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault()
            ?? throw new NotSupportedException($"{type.Name} has no public constructor.");
        var parameters = Constructor.GetParameters().ToDictionary(p => p.Name!, StringComparer.OrdinalIgnoreCase);
        Fields = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null && (p.SetMethod is { IsPublic: true } || parameters.ContainsKey(p.Name)))
            .Select(p => FieldOf(p, parameters.GetValueOrDefault(p.Name)))];
    }

    public Type Type { get; }

    public ConstructorInfo Constructor { get; }

    public IReadOnlyList<ArgumentField> Fields { get; }

    /// <summary>Those that somebody may ask for.</summary>
    public IEnumerable<ArgumentField> Asked => Fields.Where(f => !f.SetByCode);

    /// <summary>These arguments without the moments that code pinned: what somebody asks for, whenever.</summary>
    public JsonObject Timeless(JsonObject canonical) =>
        new(canonical.Where(a => !Fields.Any(f => f.IsMoment && f.Name == a.Key)).Select(a => KeyValuePair.Create(a.Key, a.Value?.DeepClone())));

    /// <summary>The first of these arguments that is code's to set; null when none is.</summary>
    public string? ByCodeIn(JsonObject sent) => Fields.FirstOrDefault(f => f.SetByCode && sent[f.Name] is not null)?.Name;

    /// <summary>Throws <see cref="NotSupportedException"/> naming a property that can't be carried exactly.</summary>
    public static ArgumentShape Of(Type type) => Known.GetOrAdd(type, static t => new ArgumentShape(t));

    private static ArgumentField FieldOf(PropertyInfo property, ParameterInfo? parameter)
    {
        // On a positional record, attributes written without a target belong to the parameter.
        var description = property.GetCustomAttribute<DescriptionAttribute>() ?? parameter?.GetCustomAttribute<DescriptionAttribute>();
        var handle = property.GetCustomAttribute<HandleAttribute>() ?? parameter?.GetCustomAttribute<HandleAttribute>();
        var name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? WireName.Of(property.Name);
        var value = ArgumentValue.Of(property.PropertyType, handle?.Kind, $"{property.DeclaringType!.Name}.{property.Name}");
        var byCode = property.GetCustomAttribute<SetByCodeAttribute>() ?? parameter?.GetCustomAttribute<SetByCodeAttribute>();
        return byCode is not null && Required(property, parameter)
            ? throw new NotSupportedException($"{property.DeclaringType!.Name}.{property.Name} is set by code, so nobody can be asked for it: give it a default.")
            : new ArgumentField(name, property, parameter, value, Required(property, parameter), description?.Description) { SetByCode = byCode is not null, IsMoment = byCode is { IsMoment: true } };
    }

    private static bool Required(PropertyInfo property, ParameterInfo? parameter) => parameter is null
        ? property.GetCustomAttribute<RequiredMemberAttribute>() is not null
        : !parameter.HasDefaultValue && !Nullable(property);

    private static bool Nullable(PropertyInfo property) =>
        System.Nullable.GetUnderlyingType(property.PropertyType) is not null
        || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
}

/// <summary>One field of an arguments record.</summary>
/// <param name="Name">snake_case, as models, cards and canonical JSON write it.</param>
/// <param name="Parameter">The constructor parameter that sets it; null when it is set after construction.</param>
internal sealed record ArgumentField(
    string Name, PropertyInfo Property, ParameterInfo? Parameter, ArgumentValue Value, bool Required, string? Description)
{
    /// <inheritdoc cref="SetByCodeAttribute"/>
    public bool SetByCode { get; init; }

    /// <inheritdoc cref="SetByCodeAttribute.IsMoment"/>
    public bool IsMoment { get; init; }
}
