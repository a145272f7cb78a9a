using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Governance.Arguments;

internal enum ArgumentKind
{
    Text,
    Integer,
    Number,
    Flag,
    Choice,
    Reference,
    Amount,
    Date,
    Instant,
    List,
    Record,
}

/// <summary>What a field, or an item of a list, may hold.</summary>
/// <param name="Type">The CLR type without <c>Nullable</c>.</param>
/// <param name="Handle">Kind of object, for references.</param>
/// <param name="Item">The items, for lists.</param>
internal sealed record ArgumentValue(ArgumentKind Kind, Type Type, ObjectKind? Handle = null, ArgumentValue? Item = null)
{
    public static ArgumentValue Of(Type declared, ObjectKind? handle, string where)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(ObjectRef))
        {
            return handle is { } kind
                ? new ArgumentValue(ArgumentKind.Reference, type, kind)
                : throw new NotSupportedException($"{where} is an ObjectRef without [Handle]: nothing says what it refers to.");
        }

        if (ScalarKind(type) is { } scalar)
        {
            return new ArgumentValue(scalar, type);
        }

        if (ItemOf(type) is { } item)
        {
            return new ArgumentValue(ArgumentKind.List, type, Item: Of(item, handle, where));
        }

        return RecordOf(type, where);
    }

    private static ArgumentKind? ScalarKind(Type type) =>
        type.IsEnum ? ArgumentKind.Choice
        : type == typeof(string) ? ArgumentKind.Text
        : type == typeof(int) || type == typeof(long) ? ArgumentKind.Integer
        : type == typeof(decimal) ? ArgumentKind.Number
        : type == typeof(bool) ? ArgumentKind.Flag
        : type == typeof(Money) ? ArgumentKind.Amount
        : type == typeof(DateOnly) ? ArgumentKind.Date
        : type == typeof(DateTimeOffset) ? ArgumentKind.Instant
        : null;

    private static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.IsAssignableFrom(typeof(List<>).MakeGenericType(type.GetGenericArguments()[0])) ? type.GetGenericArguments()[0]
        : null;

    private static ArgumentValue RecordOf(Type type, string where)
    {
        if (!type.IsClass || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
        {
            throw new NotSupportedException($"{where} is a {type.Name}, which arguments can't carry exactly. Use text, int, long, decimal, bool, an enum, ObjectRef, Money, DateOnly, DateTimeOffset, a list or a record of these.");
        }

        _ = ArgumentShape.Of(type);
        return new ArgumentValue(ArgumentKind.Record, type);
    }
}
