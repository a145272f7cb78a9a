using System.Text.Json.Nodes;
using BillingCopilot.Governance.Arguments;

namespace BillingCopilot.Governance.Operations;

/// <summary>
/// The JSON schema of an operation's arguments, for the model's tool of the same name: made from the same fields
/// that the binder reads, less those that code sets. References are strings that hold a handle, amounts are decimal text with a currency.
/// </summary>
public static class OperationSchema
{
    public static JsonObject For(OperationDescriptor descriptor) => ObjectOf(ArgumentShape.Of(descriptor.ArgumentsType));

    private static JsonObject ObjectOf(ArgumentShape shape) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(shape.Asked.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)Described(f)))),
        ["required"] = new JsonArray([.. shape.Asked.Where(f => f.Required).Select(f => JsonValue.Create(f.Name))]),
        ["additionalProperties"] = false,
    };

    private static JsonObject Described(ArgumentField field)
    {
        var schema = Of(field.Value);
        var text = string.Join(' ', new[] { field.Description, HintFor(field.Value) }.Where(t => !string.IsNullOrEmpty(t)));
        if (text.Length > 0)
        {
            schema["description"] = text;
        }

        return schema;
    }

    private static string? HintFor(ArgumentValue value) => value.Kind switch
    {
        ArgumentKind.Reference => $"Handle, such as {ObjectRef.PrefixOf(value.Handle!.Value)}1.",
        ArgumentKind.Amount => "Such as \"120.00 USD\".",
        ArgumentKind.List => HintFor(value.Item!),
        _ => null,
    };

    private static JsonObject Of(ArgumentValue value) => value.Kind switch
    {
        ArgumentKind.Integer => Typed("integer"),
        ArgumentKind.Number => Typed("number"),
        ArgumentKind.Flag => Typed("boolean"),
        ArgumentKind.Choice => new() { ["type"] = "string", ["enum"] = new JsonArray([.. ArgumentReader.ChoicesOf(value.Type).Select(c => JsonValue.Create(c))]) },
        ArgumentKind.Date => new() { ["type"] = "string", ["format"] = "date" },
        ArgumentKind.Instant => new() { ["type"] = "string", ["format"] = "date-time" },
        ArgumentKind.List => new() { ["type"] = "array", ["items"] = Of(value.Item!) },
        ArgumentKind.Record => ObjectOf(ArgumentShape.Of(value.Type)),
        _ => Typed("string"),
    };

    private static JsonObject Typed(string type) => new() { ["type"] = type };
}
