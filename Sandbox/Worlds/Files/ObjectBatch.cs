using System.Buffers;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;

namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>One object of a batch.</summary>
/// <param name="Created">Unix seconds.</param>
/// <param name="Offset">Where its bytes begin in the batch.</param>
/// <param name="Id">Hash of its id.</param>
/// <param name="Keys">Hashes of its indexed fields.</param>
/// <param name="Due">What will fall due for it.</param>
internal readonly record struct BatchRow(string Kind, long Created, int Offset, ulong Id, ulong[] Keys, (long At, int Work, string Id)[] Due);

/// <summary>Objects packed by one worker, to be appended to the file in the order of the batches.</summary>
/// <param name="plan">What falls due for objects as they were generated.</param>
internal sealed class ObjectBatch(StringTable table, DuePlan plan)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);
    private readonly ArrayBufferWriter<byte> _one = new(1 << 12);

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public List<BatchRow> Rows { get; } = [];

    /// <summary>What the movements among them add to the balance.</summary>
    public BalanceSums Balances { get; } = new();

    /// <summary>Packs an object; it may be changed or dropped afterwards.</summary>
    public void Add(JsonObject value)
    {
        var kind = (string)value["object"]!;
        var id = (string)value["id"]!;
        ulong[] keys = [.. ObjectIndexes.Of(kind).SelectMany(path => ObjectIndexes.Values(value, path).Select(found => Hash64.Of(path, found)))];
        (long, int, string)[] due = [.. plan.WorksOf(kind).Where(work => plan.At(work, value) is not null).Select(work => (plan.At(work, value)!.Value, work, id))];
        Rows.Add(new BatchRow(kind, Place.CreatedOf(value), _bytes.WrittenCount, Hash64.Of(id), keys, due));
        if (kind == BalanceSums.Kind)
        {
            Balances.Add(value, null, 1);
        }

        _one.ResetWrittenCount();
        var writer = new PackedWriter(table, _one);
        writer.Write(JsonValue.Create(id));
        writer.Write(value);
        BitConverter.TryWriteBytes(_bytes.GetSpan(sizeof(int)), _one.WrittenCount);
        _bytes.Advance(sizeof(int));
        _bytes.Write(_one.WrittenSpan);
    }
}
