using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Reads a dotted path in an object.</summary>
internal static class Paths
{
    public static JsonNode? At(this JsonObject value, string path)
    {
        JsonNode? node = value;
        foreach (var segment in path.Split('.'))
        {
            node = (node as JsonObject)?[segment];
        }

        return node;
    }

    public static string? TextAt(this JsonObject value, string path) =>
        value.At(path) is JsonValue found ? found.ToString() : null;
}
