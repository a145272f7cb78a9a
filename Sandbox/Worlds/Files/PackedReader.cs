using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>Reads what <see cref="PackedWriter"/> wrote.</summary>
internal ref struct PackedReader(IReadOnlyList<string> texts, ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;

    public JsonNode? Read()
    {
        var (tag, number) = Number();
        switch (tag)
        {
            case PackedTag.Word:
                return number == 0 ? null : JsonValue.Create(number == 1);
            case PackedTag.Whole:
                return JsonValue.Create(unchecked((long)(number >> 1) ^ -(long)(number & 1)));
            case PackedTag.Decimal:
                return JsonValue.Create(decimal.Parse(Bytes(number), CultureInfo.InvariantCulture));
            case PackedTag.Map:
                return Map((int)number);
            case PackedTag.Items:
                var items = new JsonArray();
                for (var i = 0; i < (int)number; i++)
                {
                    items.Add(Read());
                }

                return items;
            default:
                return JsonValue.Create(Text(tag, number));
        }
    }

    /// <summary>The text at the start, such as an object's id.</summary>
    public string ReadText()
    {
        var (tag, number) = Number();
        return Text(tag, number);
    }

    private JsonObject Map(int count)
    {
        var map = new JsonObject();
        for (var i = 0; i < count; i++)
        {
            var name = ReadText();
            map.Add(name, Read());
        }

        return map;
    }

    private string Text(PackedTag tag, ulong number) => tag == PackedTag.Known ? texts[(int)number] : Bytes(number);

    private string Bytes(ulong length)
    {
        var text = Encoding.UTF8.GetString(_source.Slice(_position, (int)length));
        _position += (int)length;
        return text;
    }

    private (PackedTag Tag, ulong Number) Number()
    {
        var part = _source[_position++];
        var (tag, number, shift) = ((PackedTag)(part & 7), (ulong)(part >> 3) & 15, 4);
        while ((part & 0x80) != 0)
        {
            part = _source[_position++];
            number |= (ulong)(part & 0x7F) << shift;
            shift += 7;
        }

        return (tag, number);
    }
}
