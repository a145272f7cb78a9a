using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BillingCopilot.Agents.Prompts;

/// <summary>A mapping of a YAML file that knows where it stands, so that every complaint names file and line.</summary>
public sealed class YamlMap
{
    private readonly YamlMappingNode _node;
    private readonly int _lineOffset;

    private YamlMap(YamlMappingNode node, string file, int lineOffset)
    {
        _node = node;
        _lineOffset = lineOffset;
        File = file;
    }

    public string File { get; }

    public IEnumerable<string> Keys => _node.Children.Keys.Select(k => ((YamlScalarNode)k).Value!);

    /// <param name="lineOffset">Lines of the file above this text.</param>
    public static YamlMap Parse(string yaml, string file, int lineOffset = 0)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [var document] && document.RootNode is YamlMappingNode root
                ? new YamlMap(root, file, lineOffset)
                : throw new AgentConfigurationException($"{file}:{lineOffset + 1}: a mapping of keys is expected.");
        }
        catch (YamlException e)
        {
            throw new AgentConfigurationException($"{file}:{e.Start.Line + lineOffset}: {e.Message}", e);
        }
    }

    /// <summary>Refuses keys that mean nothing here.</summary>
    public YamlMap Only(params string[] allowed)
    {
        foreach (var key in _node.Children.Keys.Cast<YamlScalarNode>().Where(k => !allowed.Contains(k.Value)))
        {
            throw Fault(key, $"unknown key '{key.Value}'; allowed: {string.Join(", ", allowed)}.");
        }

        return this;
    }

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key) => OptionalText(key) ?? throw Fault(_node, $"'{key}' is missing.");

    public string? OptionalText(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw Fault(other, $"'{key}' must be a text."),
    };

    public int Number(string key) => OptionalNumber(key) is { } n ? (int)n : throw Fault(_node, $"'{key}' is missing.");

    public double? OptionalNumber(string key) => OptionalText(key) switch
    {
        null => null,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw Fault(Find(key)!, $"'{key}' is '{text}', which is not a number."),
    };

    public IReadOnlyList<string> List(string key) => [.. Items(key).Select(n => n is YamlScalarNode { Value: { } text } ? text : throw Fault(n, $"'{key}' must list texts."))];

    public IReadOnlyList<YamlMap> Maps(string key) => [.. Items(key).Select(n => n is YamlMappingNode map ? new YamlMap(map, File, _lineOffset) : throw Fault(n, $"'{key}' must list mappings."))];

    public YamlMap? Map(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode map => new YamlMap(map, File, _lineOffset),
        var other => throw Fault(other, $"'{key}' must be a mapping."),
    };

    public IReadOnlyDictionary<string, string> Texts(string key) =>
        Map(key) is { } map ? map.Keys.ToDictionary(k => k, map.Text, StringComparer.Ordinal) : new Dictionary<string, string>();

    /// <summary>Refuses a listed or single value that isn't one of the allowed.</summary>
    public void MustBeAmong(string key, string what, IReadOnlyCollection<string> allowed)
    {
        IEnumerable<YamlScalarNode> nodes = Find(key) is YamlScalarNode one ? [one] : Items(key).OfType<YamlScalarNode>();
        foreach (var node in nodes.Where(n => !allowed.Contains(n.Value!)))
        {
            throw Fault(node, $"unknown {what} '{node.Value}'; allowed: {string.Join(", ", allowed.Order(StringComparer.Ordinal))}.");
        }
    }

    public AgentConfigurationException Fault(string key, string message) => Fault(Find(key) ?? _node, message);

    private YamlSequenceNode Items(string key) => Find(key) switch
    {
        null => new YamlSequenceNode(),
        YamlSequenceNode list => list,
        var other => throw Fault(other, $"'{key}' must be a list."),
    };

    private YamlNode? Find(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    private AgentConfigurationException Fault(YamlNode node, string message) => new($"{File}:{node.Start.Line + _lineOffset}: {message}");
}
