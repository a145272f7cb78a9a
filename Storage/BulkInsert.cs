using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace BillingCopilot.Storage;

/// <summary>
/// The columns of a table in the order of its statements, with the values that a row has in them as the provider takes
/// them: for the paths on which tracking each row, or translating a query, would cost more than storing or reading it.
/// </summary>
internal sealed class RowColumns
{
    private static readonly ConditionalWeakTable<IEntityType, RowColumns> _known = [];

    private readonly (IProperty Property, RelationalTypeMapping Mapping)[] _columns;
    private readonly Func<DbDataReader, int, object>[] _read;
    private readonly int[] _keys;
    private readonly string _select;

    private RowColumns(IEntityType entity)
    {
        Table = entity.GetTableName()!;
        _columns = [.. entity.GetProperties().Select(p => (p, p.GetRelationalTypeMapping()))];
        Names = [.. _columns.Select(c => c.Property.GetColumnName())];
        StoreTypes = [.. _columns.Select(c => c.Mapping.StoreType)];
        _keys = [.. entity.FindPrimaryKey()!.Properties.Select(k => Array.FindIndex(_columns, c => c.Property == k))];
        _read = [.. _columns.Select(c => Reader(c.Mapping.Converter?.ProviderClrType ?? c.Property.ClrType))];
        _select = $"SELECT {string.Join(", ", Names)} FROM {Table}";
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

    /// <summary>All columns of the rows that have these properties' values. Its parameters are named as in <see cref="InsertSql"/>.</summary>
    /// <param name="order">Name of the property that they are ordered by; null for none.</param>
    /// <param name="last">Only the last of them.</param>
    public (string Sql, int[] Columns) Select(IEnumerable<string> where, string? order, bool last)
    {
        int[] used = [.. where.Select(ColumnOf)];
        return ($"{_select} WHERE {Pairs(used, " AND ")}{(order is null ? "" : $" ORDER BY {Names[ColumnOf(order)]}{(last ? " DESC LIMIT 1" : "")}")}", used);
    }

    /// <summary>What a parameter of this column takes for a property's value.</summary>
    public object Provided(int column, object value) => _columns[column].Mapping.Converter is { } converter ? converter.ConvertToProvider(value)! : value;

    /// <summary>The row that the reader stands at, which has all columns in their order.</summary>
    public TRow Read<TRow>(DbDataReader reader)
    {
        var row = Activator.CreateInstance<TRow>();
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!reader.IsDBNull(i))
            {
                var stored = _read[i](reader, i);
                var (property, mapping) = _columns[i];
                property.PropertyInfo!.SetValue(row, mapping.Converter is { } converter ? converter.ConvertFromProvider(stored) : stored);
            }
        }

        return row;
    }

    private int ColumnOf(string property) => Array.FindIndex(_columns, c => c.Property.Name == property);

    private string Pairs(int[] columns, string between) => string.Join(between, columns.Select(c => $"{Names[c]} = @p{c}"));

    private static Func<DbDataReader, int, object> Reader(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => static (r, i) => r.GetString(i),
        var t when t == typeof(int) => static (r, i) => r.GetInt32(i),
        var t when t == typeof(long) => static (r, i) => r.GetInt64(i),
        var t when t == typeof(bool) => static (r, i) => r.GetBoolean(i),
        var t when t == typeof(double) => static (r, i) => r.GetDouble(i),
        var t when t == typeof(DateTimeOffset) => static (r, i) => r.GetFieldValue<DateTimeOffset>(i),
        var t => (_, _) => throw new NotSupportedException($"No column of {t.Name} is read this way."),
    };

    /// <summary>Sets these properties of the row that has the same key. Its parameters are named as in <see cref="InsertSql"/>.</summary>
    public (string Sql, int[] Columns) Update(IReadOnlyList<string> properties)
    {
        int[] set = [.. properties.Select(ColumnOf)];
        return ($"UPDATE {Table} SET {Pairs(set, ", ")} WHERE {Pairs(_keys, " AND ")}", [.. set, .. _keys]);
    }
}

/// <summary>Rows of one table.</summary>
internal sealed record TableRows(RowColumns Columns, IReadOnlyList<object> Rows);
