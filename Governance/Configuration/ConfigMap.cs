using YamlDotNet.RepresentationModel;

namespace BillingCopilot.Governance.Configuration;

/// <summary>A YAML map that is read key by key; whatever was not allowed is a fault.</summary>
internal sealed class ConfigMap(string file, YamlMappingNode node)
{
    public long Line => node.Start.Line;

    /// <summary>Keys with their nodes, in the file's order.</summary>
    public IEnumerable<ConfigNode> Entries => node.Children.Select(c => new ConfigNode(file, ((YamlScalarNode)c.Key).Value!, c.Key, c.Value));

    public ConfigMap Allow(params string[] keys) => Allow("key", keys);

    /// <summary>Refuses keys that are not among these, calling them <paramref name="what"/>.</summary>
    public ConfigMap Allow(string what, IReadOnlyList<string> keys)
    {
        var unknown = Entries.FirstOrDefault(e => !keys.Contains(e.Key));
        return unknown is null ? this : throw unknown.Fault($"unknown {what} '{unknown.Key}'. Allowed: {string.Join(", ", keys)}.");
    }

    public ConfigNode? Find(string key) => Entries.FirstOrDefault(e => e.Key == key);

    public ConfigNode Get(string key) => Find(key) ?? throw Fault($"'{key}' is missing.");

    public GovernanceConfigurationException Fault(string message) => new(file, Line, message);
}

/// <summary>One value of a map, or an item of a list.</summary>
internal sealed class ConfigNode(string file, string key, YamlNode at, YamlNode value)
{
    public string Key { get; } = key;

    public bool IsMap => value is YamlMappingNode;

    public ConfigMap Map => value is YamlMappingNode map ? new ConfigMap(file, map) : throw Fault($"'{Key}' must be a map.");

    public IReadOnlyList<ConfigNode> Items => value is YamlSequenceNode list
        ? [.. list.Children.Select(c => new ConfigNode(file, Key, c, c))]
        : throw Fault($"'{Key}' must be a list.");

    public string Text => value is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw Fault($"'{Key}' must be text.");

    /// <summary>True for the word <c>none</c>.</summary>
    public bool IsNone => value is YamlScalarNode { Value: "none" };

    public bool Flag => Text switch
    {
        "true" => true,
        "false" => false,
        var other => throw Fault($"'{Key}' is '{other}'. It may be true or false."),
    };

    /// <summary>The text, which must be one of these.</summary>
    public string OneOf(IEnumerable<string> allowed, string what) => allowed.Contains(Text)
        ? Text
        : throw Fault($"unknown {what} '{Text}'. Allowed: {string.Join(", ", allowed)}.");

    public GovernanceConfigurationException Fault(string message) => new(file, at.Start.Line, message);
}
