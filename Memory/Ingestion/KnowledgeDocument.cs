namespace BillingCopilot.Memory.Ingestion;

/// <summary>One file, parsed.</summary>
/// <param name="Title">From the front matter, else the first heading, else the file's name.</param>
/// <param name="Keywords">Other words to find it by: id, customer, tags, product.</param>
internal sealed record KnowledgeDocument(string Title, string Keywords, IReadOnlyList<KnowledgeSection> Sections);

/// <summary>The text below one heading, verbatim.</summary>
/// <param name="Heading">Empty for the text before any heading but the title.</param>
/// <param name="Above">Headings that enclose it, outermost first, joined by spaces; searched, not shown.</param>
internal sealed record KnowledgeSection(string Heading, string Above, string Body);
