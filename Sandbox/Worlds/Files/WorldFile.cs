using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;
using Microsoft.Win32.SafeHandles;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>A generated world on disk, of which only what is asked for is read.</summary>
internal sealed class WorldFile : IDisposable
{
    /// <summary>Ends a complete file of this format.</summary>
    public const ulong Mark = 0x31444C524F574342;

    private const int Tail = 16;
    private const int Usual = 2_000;
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly JsonObject _directory;
    private readonly SortedHashes _ids;
    private readonly long _idRows;
    private byte[] _buffer = new byte[1 << 14];

    private WorldFile(SafeFileHandle handle, MemoryMappedFile map, MemoryMappedViewAccessor view, JsonObject directory)
    {
        (_handle, _map, _view, _directory) = (handle, map, view, directory);
        Texts = [.. JsonNode.Parse(Text("texts"))!.AsArray().Select(text => (string)text!)];
        Header = directory["header"]!.AsObject();
        Kinds = [.. directory["kinds"]!.AsArray().Select(kind => new WorldFileKind(this, kind!.AsObject()))];
        var ids = directory["ids"]!;
        _ids = new SortedHashes(this, (long)ids["hashes"]!, (int)ids["count"]!);
        _idRows = (long)ids["rows"]!;
        Plan = new WorldFilePlan(this, directory["due"]!.AsObject());
    }

    public JsonObject Header { get; }

    public string AccountId => (string)Header["account"]!;

    public IReadOnlyList<WorldFileKind> Kinds { get; }

    /// <summary>What will fall due.</summary>
    public WorldFilePlan Plan { get; }

    /// <summary>Net sums of all movements.</summary>
    public BalanceSums Balances
    {
        get
        {
            var sums = new BalanceSums();
            foreach (var (currency, sum) in _directory["balances"]!.AsObject())
            {
                sums.Add(currency, (long)sum![0]!, (long)sum[1]!);
            }

            return sums;
        }
    }

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

        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        var map = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var length = RandomAccess.GetLength(handle);
        if (view.ReadUInt64(length - 8) != Mark)
        {
            view.Dispose();
            map.Dispose();
            handle.Dispose();
            return null;
        }

        var start = view.ReadInt64(length - Tail);
        var bytes = new byte[length - Tail - start];
        view.ReadArray(start, bytes, 0, bytes.Length);
        return new WorldFile(handle, map, view, JsonNode.Parse(bytes)!.AsObject());
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
        _handle.Dispose();
    }

    internal long ReadInt64(long position) => _view.ReadInt64(position);

    internal ulong ReadUInt64(long position) => _view.ReadUInt64(position);

    internal int ReadInt32(long position) => _view.ReadInt32(position);

    /// <summary>
    /// The object at a place of the file, after its id. Read, not mapped: of the large file only the columns that find
    /// objects are to stay in memory.
    /// </summary>
    /// <param name="most">How many of its bytes are wanted at most.</param>
    internal PackedReader ReadAt(long position, int most)
    {
        var wanted = Math.Min(most, Usual);
        var read = Fill(position, 0, sizeof(int) + wanted);
        var length = Math.Min(most, BitConverter.ToInt32(_buffer, 0));
        if (length > read - sizeof(int))
        {
            Fill(position, read, sizeof(int) + length);
        }

        return new PackedReader(Texts, _buffer.AsSpan(sizeof(int), length));
    }

    /// <summary>Has the buffer hold the file's bytes from a position on, of which some are there already.</summary>
    private int Fill(long position, int have, int want)
    {
        if (_buffer.Length < want)
        {
            Array.Resize(ref _buffer, want * 2);
        }

        while (have < want && RandomAccess.Read(_handle, _buffer.AsSpan(have, want - have), position + have) is > 0 and var more)
        {
            have += more;
        }

        return have;
    }
}
