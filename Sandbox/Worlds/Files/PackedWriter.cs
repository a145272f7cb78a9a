using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>What the low three bits of a packed value say.</summary>
internal enum PackedTag
{
    /// <summary>Null, true or false.</summary>
    Word,

    /// <summary>A whole number, zigzag.</summary>
    Whole,

    /// <summary>A decimal as text of a length.</summary>
    Decimal,

    /// <summary>UTF-8 of a length.</summary>
    Text,

    /// <summary>A text of the table, by number.</summary>
    Known,

    /// <summary>So many names and values.</summary>
    Map,

    /// <summary>So many values.</summary>
    Items,
}

/// <summary>Writes JSON as numbers of seven bits a byte and texts of a <see cref="StringTable"/>: a tenth of its size.</summary>
internal sealed class PackedWriter(StringTable table, ArrayBufferWriter<byte> target)
{
    public void Write(JsonNode? node)
    {
        switch (node)
        {
            case null:
                Number(PackedTag.Word, 0);
                break;
            case JsonObject map:
                Number(PackedTag.Map, (ulong)map.Count);
                foreach (var (name, value) in map)
                {
                    Write(name);
                    Write(value);
                }

                break;
            case JsonArray items:
                Number(PackedTag.Items, (ulong)items.Count);
                foreach (var item in items)
                {
                    Write(item);
                }

                break;
            default:
                Leaf(node.AsValue());
                break;
        }
    }

    private void Leaf(JsonValue value)
    {
        if (value.TryGetValue<string>(out var text))
        {
            Write(text);
        }
        else if (value.TryGetValue<long>(out var whole))
        {
            Number(PackedTag.Whole, unchecked((ulong)((whole << 1) ^ (whole >> 63))));
        }
        else if (value.TryGetValue<int>(out var small))
        {
            Leaf(JsonValue.Create((long)small));
        }
        else if (value.TryGetValue<bool>(out var flag))
        {
            Number(PackedTag.Word, flag ? 1UL : 2UL);
        }
        else
        {
            Bytes(PackedTag.Decimal, value.GetValue<decimal>().ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Write(string text)
    {
        if (table.TryFind(text, out var number))
        {
            Number(PackedTag.Known, (ulong)number);
        }
        else
        {
            Bytes(PackedTag.Text, text);
        }
    }

    private void Bytes(PackedTag tag, string text)
    {
        Number(tag, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, target);
    }

    private void Number(PackedTag tag, ulong number)
    {
        var span = target.GetSpan(11);
        // Three bits of tag and four of number, then seven at a time; the high bit says that more follow.
        var part = (byte)((uint)tag | (uint)((number & 15) << 3));
        number >>= 4;
        var count = 0;
        while (number != 0)
        {
            span[count++] = (byte)(part | 0x80);
            part = (byte)(number & 0x7F);
            number >>= 7;
        }

        span[count++] = part;
        target.Advance(count);
    }
}
