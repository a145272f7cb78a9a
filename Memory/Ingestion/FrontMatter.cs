using System.Globalization;
using BillingCopilot.Billing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BillingCopilot.Memory.Ingestion;

/// <summary>What stands between the <c>---</c> lines: a title, and other words to find the document by.</summary>
/// <param name="Title">Null when not given.</param>
/// <param name="Keywords">Every other plain value (id, date, tags, customer_name), joined by spaces.</param>
internal sealed record FrontMatter(string? Title, string Keywords)
{
    public static FrontMatter None { get; } = new(null, "");

    /// <summary>Refuses what is not a flat mapping, has no usable title, or a date that is not a date.</summary>
    public static Outcome<FrontMatter> Parse(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 0
                ? None
                : stream.Documents[0].RootNode is YamlMappingNode mapping
                    ? Read(mapping)
                    : Bad("the front matter is not a list of 'name: value' lines", "Write one 'name: value' a line between the --- lines.");
        }
        catch (YamlException fault)
        {
            // The first line of the file is the opening ---, so a line of the YAML is one further down in the file.
            return Bad(
                $"the front matter is not valid YAML at line {fault.Start.Line + 1} ({fault.Message.ReplaceLineEndings(" ").Trim()})",
                "Put values that contain a colon, a quote or a # in double quotes.");
        }
    }

    private static Outcome<FrontMatter> Read(YamlMappingNode mapping)
    {
        string? title = null;
        var keywords = new List<string>();
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var words = Words(value);
            if (name == "title")
            {
                title = words.Count == 1 && words[0].Length > 0 ? words[0] : null;
                if (title is null)
                {
                    return Bad("the front matter's title is not a line of text", "Write 'title: The document's title', or leave the line out.");
                }
            }
            else if (name == "date" && !(words.Count == 1 && IsDate(words[0])))
            {
                return Bad($"the front matter's date '{string.Join(' ', words)}' is not a date", "Write it as 'date: 2026-03-31'.");
            }
            else
            {
                keywords.AddRange(words);
            }
        }

        return new FrontMatter(title, string.Join(' ', keywords));
    }

    private static List<string> Words(YamlNode node) => node switch
    {
        YamlScalarNode scalar => [scalar.Value?.Trim() ?? ""],
        YamlSequenceNode list => [.. list.Children.OfType<YamlScalarNode>().Select(s => s.Value?.Trim() ?? "")],
        _ => [],
    };

    private static bool IsDate(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static Refusal Bad(string message, string remedy) => new("bad_front_matter", message, remedy);
}
