using BillingCopilot.Plugins.Documents;

namespace BillingCopilot.Plugins.Invoices.Summaries;

/// <summary>The summary as a note of one page: what does not fit is counted, and stands whole in the mail.</summary>
internal static class SummaryNote
{
    private const int MostNamed = 5;

    /// <summary>Null where it can't be written: <see cref="WhyNone"/>.</summary>
    public static byte[]? Write(string title, InvoiceSummary summary) => !PdfText.CanWrite(title + summary.Letter) ? null : PdfText.WritePage(
        title,
        [.. summary.Letter.Split('\n').Select(line => new PdfParagraph(line, Item: line.StartsWith("- ", StringComparison.Ordinal)))],
        left => "- " + summary.Locale.Say("and_more", new Dictionary<string, string?>(StringComparer.Ordinal) { ["count"] = summary.Locale.Number(left) }));

    /// <summary>Why there is no note, for whoever decides on the mail.</summary>
    public static string WhyNone(string title, InvoiceSummary summary)
    {
        string[] lacking = [.. (title + summary.Letter).EnumerateRunes().Where(r => !PdfText.CanWrite(r.ToString())).Select(r => r.ToString()).Distinct()];
        return lacking.Length > 0
            ? $"nothing: the PDF's fonts have no letter for {string.Join(' ', lacking.Take(MostNamed))}{(lacking.Length > MostNamed ? $" and {lacking.Length - MostNamed} more" : "")}; the mail says the same"
            : "nothing: it does not fit on a page; the mail says all of it";
    }
}
