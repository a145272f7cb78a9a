using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>The objects of one kind in a world's file, oldest first.</summary>
internal sealed class WorldFileKind(WorldFile file, JsonObject entry)
{
    private const int LongestId = 300;
    private readonly long _created = (long)entry["created"]!;
    private readonly long _offsets = (long)entry["offsets"]!;
    private readonly long _rows = (long)entry["rows"]!;
    private readonly SortedHashes _keys = new(file, (long)entry["keys"]!, (int)entry["key_count"]!);

    public string Name { get; } = (string)entry["name"]!;

    public int Count { get; } = (int)entry["count"]!;

    public FileRows All => new(null, 0, 0, Count);

    /// <summary>Unix seconds.</summary>
    public long Created(int row) => file.ReadInt64(_created + 8L * row);

    public string IdOf(int row) => file.ReadAt(Offset(row), LongestId).ReadText();

    public JsonObject Read(int row)
    {
        var reader = file.ReadAt(Offset(row), int.MaxValue);
        reader.ReadText();
        return reader.Read()!.AsObject();
    }

    /// <summary>Rows with a value at an indexed path.</summary>
    public FileRows Where(string path, string value)
    {
        var hash = Hash64.Of(path, value);
        var first = _keys.FirstAtLeast(hash);
        var end = hash == ulong.MaxValue ? _keys.Count : _keys.FirstAtLeast(hash + 1);
        return new FileRows(file, _rows, first, end - first);
    }

    private long Offset(int row) => file.ReadInt64(_offsets + 8L * row);
}

/// <summary>Rows in ascending order: all from a start, or those that an index lists.</summary>
internal readonly record struct FileRows(WorldFile? File, long Rows, int Start, int Count)
{
    public int this[int index] => File is null ? Start + index : File.ReadInt32(Rows + 4L * (Start + index));
}

/// <summary>Ascending hashes in a file.</summary>
internal sealed class SortedHashes(WorldFile file, long start, int count)
{
    public int Count => count;

    public ulong this[int index] => file.ReadUInt64(start + 8L * index);

    /// <summary>Index of the first hash that is not smaller.</summary>
    public int FirstAtLeast(ulong hash)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (int)(((long)low + high) / 2);
            (low, high) = this[middle] < hash ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
