using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Stripe's metadata rules: merged, an empty value deletes, 50 keys of 40 characters, values of 500.</summary>
internal static class Metadata
{
    public static void Merge(JsonObject target, Args args)
    {
        if (!args.Has("metadata"))
        {
            return;
        }

        var merged = args.Map("metadata") is null ? [] : (JsonObject?)target["metadata"]?.DeepClone() ?? [];
        foreach (var (key, value) in args.Map("metadata") ?? [])
        {
            Set(merged, key, value!.ToString());
        }

        target["metadata"] = merged.Count <= 50
            ? merged
            : throw ApiError.Invalid("You cannot have more than 50 metadata keys.", "metadata");
    }

    /// <summary>The metadata of a new object.</summary>
    public static JsonObject From(Args args)
    {
        var holder = new JsonObject { ["metadata"] = new JsonObject() };
        Merge(holder, args);
        return (JsonObject)holder["metadata"]!.DeepClone();
    }

    private static void Set(JsonObject target, string key, string value)
    {
        if (key.Length > 40)
        {
            throw ApiError.Invalid("Metadata keys must be 40 characters or less.", $"metadata[{key}]");
        }

        if (value.Length > 500)
        {
            throw ApiError.Invalid("Metadata values must be 500 characters or less.", $"metadata[{key}]");
        }

        if (value.Length == 0)
        {
            target.Remove(key);
        }
        else
        {
            target[key] = value;
        }
    }
}
