using System.Globalization;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>
/// The parameters an endpoint accepts, written compactly: <c>"customer* amount:i items:l{price quantity:i}"</c>.
/// <c>*</c> is required; types are s (string, default), i (integer), b (boolean), d (decimal string),
/// t (Unix time), r (time or range of times), m (free map), l (list), o{…} (object) and l{…} (list of objects).
/// <c>status(open|paid)</c> takes one of these words.
/// An empty string passes as "unset" whatever the type.
/// </summary>
internal sealed class Spec
{
    private readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);

    private sealed record Field(bool Required, char Type, Spec? Nested, string[]? Words = null);

    public static Spec Of(string text)
    {
        var position = 0;
        var spec = Read(text, ref position);
        spec._fields["expand"] = new Field(false, 'l', null);
        return spec;
    }

    /// <summary>Whether a parameter is taken, by its dotted path such as <c>items.price</c>. Whatever lies in a free map is.</summary>
    public bool Takes(string path)
    {
        var cut = path.IndexOf('.', StringComparison.Ordinal);
        return _fields.TryGetValue(cut < 0 ? path : path[..cut], out var field)
            && (cut < 0 || field.Type is 'm' or 'r' || field.Nested?.Takes(path[(cut + 1)..]) == true);
    }

    /// <summary>Every parameter as a request names it, such as <c>items[0][price]</c>, with its type, whether its parent needs it, and its words if it takes no others.</summary>
    public IEnumerable<(string Name, char Type, bool Required, string[]? Words)> Fields(string prefix = "") => _fields.SelectMany(field =>
    {
        var name = Name(prefix, field.Key);
        var inside = field.Value.Nested?.Fields(field.Value.Type == 'l' ? $"{name}[0]" : name) ?? [];
        return inside.Prepend((name, field.Value.Type, field.Value.Required, field.Value.Words ?? Choices.Of(name)));
    });

    public JsonObject Validate(JsonObject raw, string prefix = "")
    {
        if (raw.FirstOrDefault(p => !_fields.ContainsKey(p.Key)).Key is { } unknown)
        {
            throw ApiError.Unknown(Name(prefix, unknown));
        }

        if (_fields.FirstOrDefault(f => f.Value.Required && IsAbsent(raw[f.Key])).Key is { } missing)
        {
            throw ApiError.Missing(Name(prefix, missing));
        }

        var typed = new JsonObject();
        foreach (var (key, value) in raw)
        {
            typed[key] = Convert(_fields[key], value!, Name(prefix, key));
        }

        return typed;
    }

    private static bool IsAbsent(JsonNode? node) => node is null || (node is JsonValue value && value.GetValue<string>().Length == 0);

    private static string Name(string prefix, string key) => prefix.Length == 0 ? key : $"{prefix}[{key}]";

    private static JsonNode? Convert(Field field, JsonNode value, string name)
    {
        if (value is JsonObject map)
        {
            if (name == "metadata" || name.EndsWith("[metadata]", StringComparison.Ordinal))
            {
                Metadata.Check(map, name);
            }

            return field.Type switch
            {
                'l' => List(field, map, name),
                'o' => field.Nested!.Validate(map, name),
                'm' or 'r' => map.DeepClone(),
                _ => throw ApiError.Invalid($"Invalid string: {map.ToJsonString()}", name, "parameter_invalid_string"),
            };
        }

        var text = value.GetValue<string>();
        if (text.Length > 0 && field.Type == 's')
        {
            Choices.Check(name, text, field.Words);
        }

        return text.Length == 0 ? JsonValue.Create("") : Scalar(field.Type, text, name);
    }

    private static JsonArray List(Field field, JsonObject map, string name) =>
        [.. map.Select(p => p.Value is JsonObject item && field.Nested is not null
            ? field.Nested.Validate(item, $"{name}[{p.Key}]")
            : p.Value!.DeepClone())];

    private static JsonValue Scalar(char type, string text, string name) => type switch
    {
        'i' or 't' or 'r' when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        't' when text is "now" => JsonValue.Create("now"),
        'i' or 't' or 'r' => throw ApiError.Invalid($"Invalid integer: {text}", name, "parameter_invalid_integer"),
        'b' when text is "true" or "false" => JsonValue.Create(text == "true"),
        'b' => throw ApiError.Invalid($"Invalid boolean: {text}", name, "parameter_invalid_boolean"),
        'd' when !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) => throw ApiError.Invalid($"Invalid decimal: {text}", name, "parameter_invalid_decimal"),
        'm' or 'o' => throw ApiError.Invalid("Invalid object", name, "parameter_invalid_object"),
        'l' => throw ApiError.Invalid("Invalid array", name, "parameter_invalid_array"),
        _ => JsonValue.Create(text),
    };

    private static Spec Read(string text, ref int position)
    {
        var spec = new Spec();
        while (position < text.Length && text[position] != '}')
        {
            if (text[position] == ' ')
            {
                position++;
                continue;
            }

            ReadField(spec, text, ref position);
        }

        return spec;
    }

    private static void ReadField(Spec spec, string text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
        {
            position++;
        }

        var name = text[start..position];
        var required = position < text.Length && text[position] == '*';
        position += required ? 1 : 0;
        var type = 's';
        if (position < text.Length && text[position] == ':')
        {
            type = text[position + 1];
            position += 2;
        }

        Spec? nested = null;
        if (position < text.Length && text[position] == '{')
        {
            position++;
            nested = Read(text, ref position);
            position++;
        }

        string[]? words = null;
        if (position < text.Length && text[position] == '(')
        {
            var end = text.IndexOf(')', position);
            words = text[(position + 1)..end].Split('|');
            position = end + 1;
        }

        spec._fields[name] = new Field(required, type, nested, words);
    }
}
