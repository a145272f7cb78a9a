namespace BillingCopilot.Agents.Prompts;

/// <summary>One version of a specialist: what it is told and what it may call.</summary>
/// <param name="Examples">Questions it takes; the coordinator routes by them.</param>
/// <param name="Tools">Read tools and operations, by name.</param>
public sealed record AgentPrompt(
    string Name,
    int Version,
    string Description,
    IReadOnlyList<string> Examples,
    IReadOnlyList<string> Tools,
    float? Temperature,
    int? MaxOutputTokens,
    string Body,
    string Hash,
    string Path)
{
    /// <summary><c>support.v1</c>: stamped on proposals and journal entries.</summary>
    public string Label => $"{Name}.v{Version}";

    /// <summary>Name under which versions are recorded: <c>agents/support</c>.</summary>
    public string RecordName => $"agents/{Name}";

    /// <summary>Fewest routing examples a specialist may have.</summary>
    public const int MinimumExamples = 15;

    internal static AgentPrompt From(PromptFile file, IReadOnlyCollection<string> allowedTools)
    {
        var front = file.Front.Only("name", "version", "description", "examples", "tools", "model");
        front.MustBeAmong("tools", "tool", allowedTools);
        var model = front.Map("model")?.Only("temperature", "max_output_tokens");
        var prompt = new AgentPrompt(
            front.Text("name"),
            front.Number("version"),
            front.Text("description"),
            front.List("examples"),
            front.List("tools"),
            (float?)model?.OptionalNumber("temperature"),
            (int?)model?.OptionalNumber("max_output_tokens"),
            file.Body,
            file.Hash,
            file.Path);
        var expected = $"{prompt.Name}.v{prompt.Version}.md";
        if (System.IO.Path.GetFileName(file.Path) != expected)
        {
            throw front.Fault("name", $"name and version make '{expected}', which is not the file's name.");
        }

        return prompt.Examples.Count < MinimumExamples
            ? throw front.Fault("examples", $"{prompt.Examples.Count} examples; at least {MinimumExamples} are needed to route by.")
            : prompt;
    }
}
