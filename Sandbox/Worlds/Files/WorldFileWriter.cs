using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>
/// Writes a world's file: the objects' bytes as they come, then the columns that find them, then a directory in JSON.
/// It takes its name only when it is complete.
/// </summary>
internal sealed class WorldFileWriter : IDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly FileStream _file;
    private readonly Dictionary<string, KindWriter> _kinds = new(StringComparer.Ordinal);
    private readonly JsonObject _directory = [];
    private readonly BalanceSums _balances = new();

    public WorldFileWriter(string path, StringTable table)
    {
        (_path, _unfinished) = (path, $"{path}.{Environment.ProcessId}.part");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new FileStream(_unfinished, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        Section("texts", new JsonArray([.. table.Texts.Select(text => (JsonNode)text)]).ToJsonString());
    }

    public void Append(ObjectBatch batch)
    {
        var start = _file.Position;
        _file.Write(batch.Bytes.Span);
        _balances.Add(batch.Balances);
        foreach (var row in batch.Rows)
        {
            if (!_kinds.TryGetValue(row.Kind, out var kind))
            {
                _kinds[row.Kind] = kind = new KindWriter(row.Kind, _kinds.Count);
            }

            kind.Add(row, start + row.Offset);
        }
    }

    /// <summary>A text that is not an object, such as the truth.</summary>
    public void Section(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _directory[name] = new JsonArray(_file.Position, bytes.LongLength);
        _file.Write(bytes);
    }

    /// <summary>Writes the columns and the directory, and gives the file its name.</summary>
    /// <param name="header">What the world is: name, seed, size, account, now.</param>
    public void Finish(JsonObject header)
    {
        var (ids, idRows) = (new List<ulong>(), new List<long>());
        var due = new List<((long At, int Work, string Id) Step, long Place)>();
        var kinds = new JsonArray();
        foreach (var kind in _kinds.Values)
        {
            var columns = kind.Sort();
            kinds.Add(new JsonObject
            {
                ["name"] = kind.Name,
                ["count"] = kind.Count,
                ["created"] = Column(columns.Created),
                ["offsets"] = Column(columns.Offsets),
                ["keys"] = Column(columns.Keys),
                ["rows"] = Column(columns.KeyRows),
                ["key_count"] = columns.Keys.Length,
            });
            ids.AddRange(columns.Ids);
            idRows.AddRange(columns.IdRows);
            due.AddRange(columns.Due);
        }

        due.Sort((a, b) => DuePlan.Order.Compare(a.Step, b.Step));

        ulong[] hashes = [.. ids];
        long[] found = [.. idRows];
        Array.Sort(hashes, found);
        _directory["header"] = header.DeepClone();
        _directory["kinds"] = kinds;
        _directory["balances"] = new JsonObject(_balances.All.Select(sum => KeyValuePair.Create(sum.Key, (JsonNode?)new JsonArray(sum.Value.Available, sum.Value.Pending))));
        _directory["ids"] = new JsonObject { ["count"] = hashes.Length, ["hashes"] = Column(hashes), ["rows"] = Column(found) };
        _directory["due"] = new JsonObject
        {
            ["count"] = due.Count,
            ["at"] = Column(due.Select(entry => entry.Step.At).ToArray()),
            ["works"] = Column(due.Select(entry => entry.Step.Work).ToArray()),
            ["places"] = Column(due.Select(entry => entry.Place).ToArray()),
        };
        WriteDirectory();
        File.Move(_unfinished, _path, overwrite: true);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_unfinished);
    }

    private long Column<T>(T[] values)
        where T : unmanaged
    {
        _file.Write(new byte[(8 - _file.Position % 8) % 8]);
        var start = _file.Position;
        _file.Write(MemoryMarshal.AsBytes<T>(values));
        return start;
    }

    private void WriteDirectory()
    {
        var bytes = Encoding.UTF8.GetBytes(_directory.ToJsonString());
        var start = _file.Position;
        _file.Write(bytes);
        _file.Write(BitConverter.GetBytes(start));
        _file.Write(BitConverter.GetBytes(WorldFile.Mark));
        _file.Flush(flushToDisk: true);
        _file.Dispose();
    }
}
