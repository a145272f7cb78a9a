using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Tools;
using Microsoft.ML.Tokenizers;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents.Tools;

/// <summary>What a model is told of a tool and how its arguments are bound: the same in every turn, so made once.</summary>
/// <param name="Effect">Reads or proposes.</param>
/// <param name="Schema">JSON schema of the arguments.</param>
/// <param name="Handles">Parameters that take a handle, and of what kind.</param>
public sealed record ToolShape(string Name, string Description, ToolEffect Effect, JsonElement Schema, IReadOnlyList<KernelParameterMetadata> Parameters, IReadOnlyDictionary<string, ObjectKind> Handles)
{
    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));
    private int _tokens;

    /// <summary>What it takes of a request as an OpenAI-compatible server is sent it, in tokens of o200k; counted once.</summary>
    public int Tokens => _tokens > 0 ? _tokens : _tokens = Tokenizer.Value.CountTokens(
        new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = Name, ["description"] = Description, ["parameters"] = JsonNode.Parse(Schema.GetRawText()) } }.ToJsonString(ModelJson.Plain));

    internal static ToolShape OfRead(KernelFunction function, IReadOnlyDictionary<string, ObjectKind> handles)
    {
        var schema = (JsonObject)JsonNode.Parse(function.JsonSchema.GetRawText())!;

        // The kernel repeats the description in the schema, where it only costs tokens.
        schema.Remove("condition");
        return new ToolShape(function.Name, function.Description, ToolEffect.Read, JsonSerializer.SerializeToElement(schema), function.Metadata.Parameters, handles);
    }

    /// <exception cref="AgentConfigurationException">The operation's schema has no properties.</exception>
    internal static ToolShape OfOperation(OperationDescriptor operation, JsonObject schema)
    {
        var properties = schema["properties"] as JsonObject ?? throw new AgentConfigurationException($"The schema of {operation.Name} has no properties.");
        properties[ProposalArguments.Why] = new JsonObject { ["type"] = "string", ["description"] = "Why, in one sentence, for the person who decides." };
        properties[ProposalArguments.NotBefore] = new JsonObject { ["type"] = "string", ["description"] = "Only if a time was asked for: \"Tuesday 9:00 Europe/Berlin\" or \"… their time\"." };
        (schema["required"] as JsonArray)?.Add(ProposalArguments.Why);
        KernelParameterMetadata[] parameters = [.. properties.Select(p => new KernelParameterMetadata(p.Key) { Schema = KernelJsonSchema.Parse(p.Value!.ToJsonString()) })];
        return new ToolShape(operation.Name, operation.Description, ToolEffect.Propose, JsonSerializer.SerializeToElement(schema), parameters, HandleParameters.Of(operation.ArgumentsType));
    }
}

/// <summary>The shapes made so far, by the tool's name.</summary>
internal sealed class ToolShapes
{
    private readonly ConcurrentDictionary<string, ToolShape> _byName = new(StringComparer.Ordinal);

    public ToolShape Of(string name, Func<ToolShape> make) => _byName.TryGetValue(name, out var known) ? known : _byName.GetOrAdd(name, make());
}

/// <summary>Names of what a proposing tool takes besides its operation's arguments.</summary>
internal static class ProposalArguments
{
    public const string Why = "why";
    public const string NotBefore = "not_before";
}
