namespace BillingCopilot.Sandbox.Worlds.Files;

/// <summary>Collects where the objects of one kind are, and puts them in the order of their creation.</summary>
internal sealed class KindWriter(string name, int number)
{
    private readonly List<long> _created = [];
    private readonly List<long> _offsets = [];
    private readonly List<ulong> _ids = [];
    private readonly List<ulong> _keys = [];
    private readonly List<int> _keyRows = [];
    private readonly List<(long At, int Work, string Id)> _due = [];
    private readonly List<int> _dueRows = [];

    public string Name => name;

    public int Count => _created.Count;

    public void Add(BatchRow row, long offset)
    {
        foreach (var key in row.Keys)
        {
            _keys.Add(key);
            _keyRows.Add(Count);
        }

        foreach (var step in row.Due)
        {
            _due.Add(step);
            _dueRows.Add(Count);
        }

        _created.Add(row.Created);
        _offsets.Add(offset);
        _ids.Add(row.Id);
    }

    /// <summary>Columns in the order of creation; equal times keep the order in which the objects came.</summary>
    public KindColumns Sort()
    {
        var order = new long[Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = (_created[i] << 32) | (uint)i;
        }

        Array.Sort(order);
        var rowOf = new int[Count];
        var columns = new KindColumns(new long[Count], new long[Count], new ulong[Count], new long[Count], [.. _keys], new int[_keys.Count], []);
        for (var row = 0; row < order.Length; row++)
        {
            var from = (int)(uint)order[row];
            rowOf[from] = row;
            columns.Created[row] = _created[from];
            columns.Offsets[row] = _offsets[from];
            columns.Ids[row] = _ids[from];
            columns.IdRows[row] = ((long)number << 32) | (uint)row;
        }

        for (var i = 0; i < columns.KeyRows.Length; i++)
        {
            columns.KeyRows[i] = rowOf[_keyRows[i]];
        }

        for (var i = 0; i < _due.Count; i++)
        {
            columns.Due.Add((_due[i], columns.IdRows[rowOf[_dueRows[i]]]));
        }

        SortKeys(columns);
        return columns;
    }

    private static void SortKeys(KindColumns columns)
    {
        Array.Sort(columns.Keys, columns.KeyRows);
        var start = 0;
        for (var i = 1; i <= columns.Keys.Length; i++)
        {
            if (i == columns.Keys.Length || columns.Keys[i] != columns.Keys[start])
            {
                Array.Sort(columns.KeyRows, start, i - start);
                start = i;
            }
        }
    }
}

/// <summary>What the file says of one kind.</summary>
/// <param name="Created">Unix seconds, ascending.</param>
/// <param name="Offsets">Where each object's bytes begin in the file.</param>
/// <param name="Ids">Hash of each id.</param>
/// <param name="IdRows">Kind number in the high half, row in the low.</param>
/// <param name="Keys">Hashes of path and value, ascending, one for each object that has it.</param>
/// <param name="KeyRows">The row of each key; ascending for equal keys.</param>
/// <param name="Due">What will fall due, each with the kind and row of its object as in <paramref name="IdRows"/>.</param>
internal sealed record KindColumns(
    long[] Created, long[] Offsets, ulong[] Ids, long[] IdRows, ulong[] Keys, int[] KeyRows, List<((long At, int Work, string Id) Step, long Place)> Due);
