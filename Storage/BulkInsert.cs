using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace BillingCopilot.Storage;

/// <summary>
/// The columns of a table in the order of its statements, with the values that a row has in them as the provider takes
/// them: for the paths on which tracking each row would cost more than storing it.
/// </summary>
internal sealed class RowColumns
{
    private static readonly ConditionalWeakTable<IEntityType, RowColumns> _known = [];

    private readonly (IProperty Property, RelationalTypeMapping Mapping)[] _columns;
    private readonly int[] _keys;

    private RowColumns(IEntityType entity)
    {
        Table = entity.GetTableName()!;
        _columns = [.. entity.GetProperties().Select(p => (p, p.GetRelationalTypeMapping()))];
        Names = [.. _columns.Select(c => c.Property.GetColumnName())];
        StoreTypes = [.. _columns.Select(c => c.Mapping.StoreType)];
        _keys = [.. entity.FindPrimaryKey()!.Properties.Select(k => Array.FindIndex(_columns, c => c.Property == k))];
        InsertSql = $"INSERT INTO {Table} ({string.Join(", ", Names)}) VALUES ({string.Join(", ", Names.Select((_, i) => $"@p{i}"))})";
    }

    public string Table { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Types as the database names them.</summary>
    public IReadOnlyList<string> StoreTypes { get; }

    public int Count => _columns.Length;

    /// <summary>A row's statement; its parameters are named <c>@p0</c>, <c>@p1</c>, … in the columns' order.</summary>
    public string InsertSql { get; }

    public static RowColumns Of(IEntityType entity) => _known.GetValue(entity, static e => new RowColumns(e));

    public object? Value(int column, object row)
    {
        var (property, mapping) = _columns[column];
        var value = property.PropertyInfo!.GetValue(row);
        return value is not null && mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
    }

    /// <summary>Sets these properties of the row that has the same key. Its parameters are named as in <see cref="InsertSql"/>.</summary>
    public (string Sql, int[] Columns) Update(IReadOnlyList<string> properties)
    {
        int[] set = [.. properties.Select(p => Array.FindIndex(_columns, c => c.Property.Name == p))];
        string Pairs(int[] columns, string between) => string.Join(between, columns.Select(c => $"{Names[c]} = @p{c}"));
        return ($"UPDATE {Table} SET {Pairs(set, ", ")} WHERE {Pairs(_keys, " AND ")}", [.. set, .. _keys]);
    }
}

/// <summary>Rows of one table.</summary>
internal sealed record TableRows(RowColumns Columns, IReadOnlyList<object> Rows);
