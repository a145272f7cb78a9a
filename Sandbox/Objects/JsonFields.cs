using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Short ways to read and write the fields of a document. Whole numbers are always stored as <c>long</c>.</summary>
public static class JsonFields
{
    /// <summary>A text field, or null.</summary>
    public static string? Text(this JsonObject value, string name) => (string?)value[name];

    /// <summary>A text field that must be there.</summary>
    public static string Id(this JsonObject value, string name = "id") =>
        (string?)value[name] ?? throw new InvalidOperationException($"The document has no field '{name}'.");

    /// <summary>A whole-number field; null and absent count as 0.</summary>
    public static long Whole(this JsonObject value, string name) => value[name] is { } node ? Whole(node) : 0;

    /// <summary>A whole number, whether it was written as one or came from text.</summary>
    public static long Whole(this JsonNode node) =>
        node.AsValue().TryGetValue<long>(out var whole) ? whole : node.AsValue().GetValue<int>();

    /// <summary>The objects in an array field, or in the <c>data</c> of a list field.</summary>
    public static IEnumerable<JsonObject> Rows(this JsonObject value, string name) => value[name] switch
    {
        JsonArray array => array.OfType<JsonObject>(),
        JsonObject list => list.Rows("data"),
        _ => [],
    };

    /// <summary>An array of these nodes.</summary>
    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    /// <summary>An array of these texts.</summary>
    public static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);

    /// <summary>A Stripe list with everything on one page.</summary>
    public static JsonObject List(string url, IEnumerable<JsonNode?> items) => new()
    {
        ["object"] = "list",
        ["data"] = Array(items),
        ["has_more"] = false,
        ["url"] = url,
    };

    /// <summary>Metadata; null gives an empty object.</summary>
    public static JsonObject Metadata(IReadOnlyDictionary<string, string>? entries)
    {
        var result = new JsonObject();
        foreach (var (key, value) in entries ?? new Dictionary<string, string>())
        {
            result[key] = value;
        }

        return result;
    }

    /// <summary>An address of which only the country may be known.</summary>
    public static JsonObject Address(string? country = null, string? city = null, string? line1 = null, string? postalCode = null) => new()
    {
        ["city"] = city,
        ["country"] = country,
        ["line1"] = line1,
        ["line2"] = null,
        ["postal_code"] = postalCode,
        ["state"] = null,
    };
}
