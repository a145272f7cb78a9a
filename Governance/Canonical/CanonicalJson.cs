using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BillingCopilot.Governance.Canonical;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): one value, one text, one hash. Throws
/// <see cref="ArgumentException"/> on what the scheme can't carry without loss.
/// </summary>
public static class CanonicalJson
{
    private const long LargestExactInteger = 1L << 53;

    /// <summary>Canonical text: no white space, members in UTF-16 order, shortest numbers.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>SHA-256 of the canonical text, lower-case hex.</summary>
    public static string Hash(JsonNode? node) => HashText(Write(node));

    /// <summary>SHA-256 of the text's UTF-8, lower-case hex.</summary>
    public static string HashText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                AppendObject(text, map);
                break;
            case JsonArray list:
                AppendList(text, '[', ']', list, (item, _) => Append(text, item));
                break;
            default:
                AppendScalar(text, node.AsValue());
                break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonObject map) =>
        AppendList(text, '{', '}', map.OrderBy(m => m.Key, StringComparer.Ordinal), (member, _) =>
        {
            AppendText(text, member.Key);
            text.Append(':');
            Append(text, member.Value);
        });

    private static void AppendList<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T, int> append)
    {
        text.Append(open);
        var count = 0;
        foreach (var item in items)
        {
            if (count > 0)
            {
                text.Append(',');
            }

            append(item, count++);
        }

        text.Append(close);
    }

    private static void AppendScalar(StringBuilder text, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                AppendText(text, TextOf(value));
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.ToJsonString()));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    private static string TextOf(JsonValue value)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException(e.Message, nameof(value), e);
        }
    }

    private static string Number(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return Math.Abs((decimal)whole) <= LargestExactInteger
                ? whole.ToString(CultureInfo.InvariantCulture)
                : throw new ArgumentException($"{text} is beyond 2^53 and would lose digits; carry it as text.");
        }

        return EcmaNumber.Write(double.Parse(text, CultureInfo.InvariantCulture));
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            RefuseLoneSurrogate(value, i);
            AppendCharacter(text, value[i]);
        }

        text.Append('"');
    }

    private static void AppendCharacter(StringBuilder text, char c)
    {
        var escape = c switch { '\b' => 'b', '\t' => 't', '\n' => 'n', '\f' => 'f', '\r' => 'r', '"' => '"', '\\' => '\\', _ => '\0' };
        if (escape != '\0')
        {
            text.Append('\\').Append(escape);
        }
        else if (c < ' ')
        {
            text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        else
        {
            text.Append(c);
        }
    }

    private static void RefuseLoneSurrogate(string value, int i)
    {
        var paired = char.IsHighSurrogate(value[i])
            ? i + 1 < value.Length && char.IsLowSurrogate(value[i + 1])
            : i > 0 && char.IsHighSurrogate(value[i - 1]);
        if (char.IsSurrogate(value[i]) && !paired)
        {
            throw new ArgumentException("The text holds half of a surrogate pair, which has no UTF-8.");
        }
    }
}
