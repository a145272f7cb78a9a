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
    private readonly (IProperty Property, RelationalTypeMapping Mapping)[] _columns;

    public RowColumns(IEntityType entity)
    {
        Table = entity.GetTableName()!;
        _columns = [.. entity.GetProperties().Select(p => (p, p.GetRelationalTypeMapping()))];
    }

    public string Table { get; }

    public IEnumerable<string> Names => _columns.Select(c => c.Property.GetColumnName());

    /// <summary>Types as the database names them.</summary>
    public IEnumerable<string> StoreTypes => _columns.Select(c => c.Mapping.StoreType);

    public int Count => _columns.Length;

    public object? Value(int column, object row)
    {
        var (property, mapping) = _columns[column];
        var value = property.PropertyInfo!.GetValue(row);
        return value is not null && mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
    }
}
