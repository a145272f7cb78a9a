using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>
/// Turns what a model sent into what a tool takes: handles into real ids, mail tokens into addresses, "5" into 5.
/// </summary>
internal static class ArgumentBinding
{
    public static Outcome<KernelArguments> Bind(BoundTool tool, JsonObject sent, HandleMap handles)
    {
        var bound = new KernelArguments();
        foreach (var (name, value) in sent.Where(p => p.Value is not null && !IsBlank(p.Value)))
        {
            var parameter = tool.Parameters.FirstOrDefault(p => p.Name == name);
            if (parameter is null)
            {
                var allowed = string.Join(", ", tool.Parameters.Select(p => p.Name));
                return new Refusal("unknown_argument", $"{tool.Name} was given an argument that it does not have.", $"It takes: {allowed}.");
            }

            if (BindOne(tool, parameter, value!, handles) is Outcome<object>.Refused refused)
            {
                return refused.Refusal;
            }

            bound[name] = ((Outcome<object>.Ok)BindOne(tool, parameter, value!, handles)).Value;
        }

        var missing = tool.Parameters.Where(p => p.IsRequired && !bound.ContainsName(p.Name)).Select(p => p.Name).ToArray();
        return missing.Length == 0
            ? bound
            : new Refusal("missing_argument", $"{tool.Name} needs {string.Join(", ", missing)}.", "Find it with another tool or ask the person.");
    }

    private static Outcome<object> BindOne(BoundTool tool, KernelParameterMetadata parameter, JsonNode value, HandleMap handles)
    {
        if (tool.Handles.TryGetValue(parameter.Name, out var kind))
        {
            return handles.Resolve(TextOf(value), kind) switch
            {
                Outcome<ObjectRef>.Ok ok => ok.Value.Id,
                Outcome<ObjectRef>.Refused refused => new Refusal(refused.Refusal.Code, $"{parameter.Name}: {refused.Refusal.Message}", refused.Refusal.Remedy),
                _ => throw new InvalidOperationException("An outcome is either ok or refused."),
            };
        }

        return tool.Effect == Plugins.Tools.ToolEffect.Propose ? value.DeepClone() : Convert(parameter, value, handles);
    }

    private static Outcome<object> Convert(KernelParameterMetadata parameter, JsonNode value, HandleMap handles)
    {
        var text = TextOf(value);
        var type = Nullable.GetUnderlyingType(parameter.ParameterType ?? typeof(string)) ?? parameter.ParameterType ?? typeof(string);
        if (type == typeof(string))
        {
            return TypedReferences.ForSearch(text, handles) is { } search
                ? new Outcome<object>.Ok(search)
                : new Refusal("raw_reference", $"{parameter.Name} holds a raw id or mail address, which no tool returned and no person typed in this conversation.", "Use a handle or mail token as it stands in the conversation, or a name.");
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) || n != decimal.Truncate(n) || Math.Abs(n) >= int.MaxValue
                ? Wrong(parameter, "a whole number", "such as 5")
                : new Outcome<object>.Ok(type == typeof(int) ? (object)(int)n : (long)n);
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? new Outcome<object>.Ok(flag) : Wrong(parameter, "true or false", "one of the two words");
        }

        if (type == typeof(DateOnly))
        {
            return DateOnly.TryParseExact(text.Length > 10 && text[10] == 'T' ? text[..10] : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? new Outcome<object>.Ok(day)
                : Wrong(parameter, "a date", "such as 2026-03-31");
        }

        if (type.IsEnum)
        {
            return Enum.TryParse(type, text, ignoreCase: true, out var choice) && Enum.IsDefined(type, choice)
                ? new Outcome<object>.Ok(choice)
                : Wrong(parameter, "one of its values", "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)));
        }

        return new Outcome<object>.Ok(text);
    }

    /// <summary>The value itself is not repeated: it is a model's words.</summary>
    private static Outcome<object> Wrong(KernelParameterMetadata parameter, string expected, string example) =>
        new Refusal("invalid_argument", $"{parameter.Name} is not {expected}.", $"Call it again with {expected} for {parameter.Name}, {example}.");

    private static string TextOf(JsonNode value) => value is JsonValue v && v.TryGetValue<string>(out var text) ? text : value.ToJsonString();

    private static bool IsBlank(JsonNode value) => value is JsonValue v && v.TryGetValue<string>(out var text) && string.IsNullOrWhiteSpace(text);
}
