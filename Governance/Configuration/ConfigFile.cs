using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BillingCopilot.Governance.Configuration;

/// <summary>Opens a YAML file as a map whose every fault can be told with its line.</summary>
internal static class ConfigFile
{
    public static ConfigMap Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new GovernanceConfigurationException(path, 1, "the file does not exist.");
        }

        return Parse(Path.GetFileName(path), File.ReadAllText(path));
    }

    /// <summary>The file that ships with the sandbox's defaults.</summary>
    public static ConfigMap ReadDefault(string name) => Read(Path.Combine(AppContext.BaseDirectory, "Defaults", name));

    public static ConfigMap Parse(string file, string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new GovernanceConfigurationException(file, e.Start.Line, e.Message);
        }

        return yaml.Documents is [{ RootNode: YamlMappingNode root }]
            ? new ConfigMap(file, root)
            : throw new GovernanceConfigurationException(file, 1, "the file must hold one map.");
    }
}
