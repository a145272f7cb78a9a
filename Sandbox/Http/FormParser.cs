using System.Globalization;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Reads <c>a[b][0][c]=v</c> pairs into nested objects; every leaf is a string, every index a key.</summary>
internal static class FormParser
{
    public static JsonObject Parse(params IEnumerable<string> encodings)
    {
        var root = new JsonObject();
        foreach (var pair in encodings.SelectMany(text => text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(cut < 0 ? pair : pair[..cut]);
            Insert(root, Segments(name), cut < 0 ? "" : Decode(pair[(cut + 1)..]), name);
        }

        return root;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string[] Segments(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        return open < 0 ? [name] : [name[..open], .. name[(open + 1)..].TrimEnd(']').Split("][")];
    }

    private static void Insert(JsonObject target, string[] path, string value, string name)
    {
        for (var i = 0; i < path.Length; i++)
        {
            var key = path[i].Length == 0 ? target.Count.ToString(CultureInfo.InvariantCulture) : path[i];
            if (i == path.Length - 1)
            {
                target[key] = value;
                return;
            }

            if (target[key] is null)
            {
                target[key] = new JsonObject();
            }

            target = target[key] as JsonObject ?? throw ApiError.Invalid($"Invalid object: {name}", name, "parameter_invalid_object");
        }
    }
}
