using System.Text.RegularExpressions;
using BillingCopilot.Billing;
using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BillingCopilot.Memory.Ingestion;

/// <summary>
/// Cuts a Markdown text into sections at its headings. A section is a slice of the source, never re-rendered,
/// so that what is quoted stands in the file word for word.
/// </summary>
internal sealed partial class MarkdownSections
{
    /// <summary>A longer section is divided between blocks, so that a match far down is quoted and not cut off.</summary>
    private const int LongestSection = 1200;

    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePreciseSourceLocation().UsePipeTables().Build();

    private readonly string _text;
    private readonly string[] _headings = ["", "", "", "", "", ""];
    private readonly List<KnowledgeSection> _sections = [];
    private string? _title;
    private int _level;
    private int _start = -1;
    private int _end;

    private MarkdownSections(string text, string? title)
    {
        _text = text;
        _title = title;
    }

    /// <param name="name">File name without extension: the title when the text has none.</param>
    public static Outcome<KnowledgeDocument> Parse(string text, string name)
    {
        var document = Markdown.Parse(text, Pipeline);
        var block = document.OfType<YamlFrontMatterBlock>().FirstOrDefault();
        if (block is null && text.StartsWith("---", StringComparison.Ordinal) && text.Contains("\ntitle:", StringComparison.Ordinal))
        {
            return new Refusal("bad_front_matter", "the front matter that opens in line 1 is never closed", "End it with a line of three dashes.");
        }

        var front = block is null ? FrontMatter.None : FrontMatter.Parse(block.Lines.ToString());
        return front switch
        {
            Outcome<FrontMatter>.Ok ok => new MarkdownSections(text, ok.Value.Title).Collect(document, ok.Value, name),
            Outcome<FrontMatter>.Refused refused => refused.Refusal,
            _ => throw new InvalidOperationException("Unknown outcome."),
        };
    }

    private Outcome<KnowledgeDocument> Collect(MarkdownDocument document, FrontMatter front, string name)
    {
        foreach (var block in document)
        {
            switch (block)
            {
                case HeadingBlock heading:
                    Open(heading);
                    break;
                case YamlFrontMatterBlock or LinkReferenceDefinitionGroup:
                    break;
                default:
                    Take(block.Span);
                    break;
            }
        }

        Flush();
        return _sections.Count == 0
            ? new Refusal("empty", "it has no text below its headings", "Write the text, or delete the file.")
            : new KnowledgeDocument(_title ?? name, front.Keywords, _sections);
    }

    private void Open(HeadingBlock heading)
    {
        Flush();
        var text = PlainText(heading);
        _level = heading.Level;
        for (var i = _level - 1; i < _headings.Length; i++)
        {
            _headings[i] = "";
        }

        // A first-level heading is the document's title, not a section of it.
        if (_level == 1 && (_title is null || _title == text))
        {
            _title = text;
            return;
        }

        _headings[_level - 1] = text;
    }

    private void Take(SourceSpan span)
    {
        if (_start >= 0 && span.End - _start > LongestSection)
        {
            Flush();
        }

        _start = _start < 0 ? span.Start : _start;
        _end = Math.Min(span.End, _text.Length - 1);
    }

    private void Flush()
    {
        var body = _start < 0 ? "" : _text[_start..(_end + 1)].Trim();
        _start = -1;
        if (body.Length > 0 && !(_level <= 1 && Imprint().IsMatch(body)))
        {
            var heading = _level == 0 ? "" : _headings[_level - 1];
            var above = _level <= 1 ? "" : string.Join(' ', _headings.Take(_level - 1).Where(h => h.Length > 0));
            _sections.Add(new KnowledgeSection(heading, above, body));
        }
    }

    /// <summary>"Owner: Finance. Last reviewed: 1 May 2026.": says nothing that could be quoted as a rule.</summary>
    [GeneratedRegex(@"^(?:(?:Owner|Author|Contact|Version|Status|Date|Valid from|Updated|(?:Last )?(?:reviewed|updated|changed)): [^:.\n]{1,60}\.?\s*){1,6}$", RegexOptions.IgnoreCase)]
    private static partial Regex Imprint();

    private static string PlainText(HeadingBlock heading) =>
        heading.Inline is null
            ? ""
            : string.Concat(heading.Inline.Descendants<LeafInline>().Select(leaf => leaf switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => code.Content,
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                _ => " ",
            })).Trim();
}
