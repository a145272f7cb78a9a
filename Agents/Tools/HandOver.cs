using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>What a specialist leaves to another one.</summary>
/// <param name="From">Who hands over.</param>
/// <param name="To">Who takes it.</param>
/// <param name="What">What they have to know and do: a model's words, no asker's.</param>
public sealed partial record Handover(string From, string To, string What)
{
    /// <summary>How the other specialist reads it, after the asker's words or the playbook's: delimited and capped, like all that nobody who may ask has said.</summary>
    public string Words => $"[handed over by {From}] {UntrustedWords.Delimit(What)}\nAnswer this part alone; {From} answers the rest.";

    /// <summary>What was handed over in a message of this form, and the words before it; null in any other.</summary>
    public static (string Before, string What)? PartIn(string text) => Form().Match(text) is { Success: true } form ? (text[..form.Index].Trim(), form.Groups["what"].Value) : null;

    [GeneratedRegex(@"\n\[handed over by [a-z]+\] «(?<what>[^«»]*)»\nAnswer this part alone; [a-z]+ answers the rest\.$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

/// <summary>
/// The tool that leaves a part of a question or of a playbook to another specialist. It does nothing by itself: the
/// coordinator asks the other one in the same turn, for the same requester, with the tools of that one; where a playbook
/// or the asker named who is to answer, of its operations only those that this one has.
/// </summary>
internal static class HandOver
{
    public const string Name = "hand_over";

    public const string To = "to";
    public const string What = "what";

    private static readonly KernelParameterMetadata[] Parameters =
    [
        new(To) { ParameterType = typeof(string), IsRequired = true },
        new(What) { ParameterType = typeof(string), IsRequired = true },
    ];

    /// <param name="others">Who may be handed to.</param>
    public static BoundTool Create(IReadOnlyList<AgentPrompt> others)
    {
        var description = "Leaves a part to the specialist whose work it is: " + string.Join(" ", others.Select(o => $"{o.Name}: {Sentences.Split(o.Description)[0].Of(o.Description).Trim()}"));
        string[] names = [.. others.Select(o => o.Name)];
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [To] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]) },
                [What] = new JsonObject { ["type"] = "string", ["description"] = "What they have to know and do, with handles" },
            },
            ["required"] = new JsonArray(To, What),
        };
        var shape = new ToolShape(Name, description, ToolEffect.Read, JsonSerializer.SerializeToElement(schema), Parameters, new Dictionary<string, ObjectKind>());
        return new BoundTool(shape, () => KernelFunctionFactory.CreateFromMethod(
            (string to, string what) => names.Contains(to)
                ? (object)new Left(to, "They answer beside you. Say your own part only.")
                : new ToolFailure(new Refusal("unknown_specialist", "There is no such specialist to hand over to.", $"There are: {string.Join(", ", names)}.")),
            new KernelFunctionFromMethodOptions { FunctionName = Name, Description = description }));
    }

    /// <summary>What was handed over in these calls, each specialist once, with all that was left to it.</summary>
    public static IReadOnlyList<Handover> In(string from, IEnumerable<ToolEvidence> calls) =>
    [
        .. calls.Where(c => c.Tool == Name && c.Result is JsonObject result && result["error"] is null)
            .GroupBy(c => (string)c.Arguments![To]!, c => (string)c.Arguments![What]!)
            .Select(parts => new Handover(from, parts.Key, string.Join("\n", parts.Distinct(StringComparer.Ordinal)))),
    ];

    private sealed record Left(string To, string Note);
}
