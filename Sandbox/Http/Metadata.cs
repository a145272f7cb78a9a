using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Stripe's metadata rules: merged, an empty value deletes, 50 keys of 40 characters, values of 500.</summary>
internal static class Metadata
{
    private const int MostKeys = 50;
    private const int LongestKey = 40;
    private const int LongestValue = 500;

    public static void Merge(JsonObject target, Args args)
    {
        if (!args.Has("metadata"))
        {
            return;
        }

        var merged = args.Map("metadata") is null ? [] : (JsonObject?)target["metadata"]?.DeepClone() ?? [];
        foreach (var (key, value) in args.Map("metadata") ?? [])
        {
            if (value!.ToString() is { Length: > 0 } text)
            {
                merged[key] = text;
            }
            else
            {
                merged.Remove(key);
            }
        }

        RequireFew(merged, "metadata");
        target["metadata"] = merged;
    }

    /// <summary>The metadata of a new object.</summary>
    public static JsonObject From(Args args)
    {
        var holder = new JsonObject { ["metadata"] = new JsonObject() };
        Merge(holder, args);
        return (JsonObject)holder["metadata"]!.DeepClone();
    }

    /// <summary>Refuses metadata that no object could take.</summary>
    /// <param name="name">As in an error, such as <c>items[0][metadata]</c>.</param>
    public static void Check(JsonObject wanted, string name)
    {
        foreach (var (key, value) in wanted)
        {
            if (key.Length > LongestKey)
            {
                throw ApiError.Invalid($"Metadata keys must be {LongestKey} characters or less.", $"{name}[{key}]");
            }

            if (value is not JsonValue)
            {
                throw ApiError.Invalid($"Invalid string: {value?.ToJsonString()}", $"{name}[{key}]", "parameter_invalid_string");
            }

            if (value.ToString().Length > LongestValue)
            {
                throw ApiError.Invalid($"Metadata values must be {LongestValue} characters or less.", $"{name}[{key}]");
            }
        }

        RequireFew(wanted, name);
    }

    private static void RequireFew(JsonObject metadata, string name)
    {
        if (metadata.Count > MostKeys)
        {
            throw ApiError.Invalid($"You cannot have more than {MostKeys} metadata keys.", name);
        }
    }
}
