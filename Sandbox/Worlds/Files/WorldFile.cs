using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>A generated world on disk, of which only what is asked for is read.</summary>
internal sealed class WorldFile : IDisposable
{
    /// <summary>Ends a complete file of this format.</summary>
    public const ulong Mark = 0x31444C524F574342;

    private const int Tail = 16;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly JsonObject _directory;
    private readonly SortedHashes _ids;
    private readonly long _idRows;
    private byte[] _buffer = new byte[1 << 14];

    private WorldFile(MemoryMappedFile map, MemoryMappedViewAccessor view, JsonObject directory)
    {
        (_map, _view, _directory) = (map, view, directory);
        Texts = [.. JsonNode.Parse(Text("texts"))!.AsArray().Select(text => (string)text!)];
        Header = directory["header"]!.AsObject();
        Kinds = [.. directory["kinds"]!.AsArray().Select(kind => new WorldFileKind(this, kind!.AsObject()))];
        var ids = directory["ids"]!;
        _ids = new SortedHashes(this, (long)ids["hashes"]!, (int)ids["count"]!);
        _idRows = (long)ids["rows"]!;
    }

    public JsonObject Header { get; }

    public string AccountId => (string)Header["account"]!;

    public IReadOnlyList<WorldFileKind> Kinds { get; }

    public IReadOnlyList<KeyValuePair<string, string>> PaymentBehaviours =>
        [.. JsonNode.Parse(Text("behaviours"))!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, (string)entry.Value!))];

    internal IReadOnlyList<string> Texts { get; }

    /// <summary>Opens a file; null when there is none, or it is not a complete one of this format.</summary>
    public static WorldFile? Open(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length < Tail)
        {
            return null;
        }

        var map = MemoryMappedFile.CreateFromFile(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete),
            null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var length = new FileInfo(path).Length;
        if (view.ReadUInt64(length - 8) != Mark)
        {
            view.Dispose();
            map.Dispose();
            return null;
        }

        var start = view.ReadInt64(length - Tail);
        var bytes = new byte[length - Tail - start];
        view.ReadArray(start, bytes, 0, bytes.Length);
        return new WorldFile(map, view, JsonNode.Parse(bytes)!.AsObject());
    }

    /// <summary>The text of a section.</summary>
    public string Text(string section)
    {
        var (start, length) = ((long)_directory[section]![0]!, (int)(long)_directory[section]![1]!);
        var bytes = new byte[length];
        _view.ReadArray(start, bytes, 0, length);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Kind and row of an object, or null.</summary>
    public (string Kind, int Position)? Find(string id)
    {
        var hash = Hash64.Of(id);
        for (var i = _ids.FirstAtLeast(hash); i < _ids.Count && _ids[i] == hash; i++)
        {
            var place = ReadInt64(_idRows + 8L * i);
            var (kind, row) = (Kinds[(int)(place >> 32)], (int)(uint)place);
            if (kind.IdOf(row) == id)
            {
                return (kind.Name, row);
            }
        }

        return null;
    }

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    internal long ReadInt64(long position) => _view.ReadInt64(position);

    internal ulong ReadUInt64(long position) => _view.ReadUInt64(position);

    internal int ReadInt32(long position) => _view.ReadInt32(position);

    /// <summary>The object at a place of the file, and its id.</summary>
    internal PackedReader ReadAt(long position, int length)
    {
        if (_buffer.Length < length)
        {
            _buffer = new byte[length * 2];
        }

        _view.ReadArray(position, _buffer, 0, length);
        return new PackedReader(Texts, _buffer.AsSpan(0, length));
    }
}
