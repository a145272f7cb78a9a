using System.Security.Cryptography;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.TrueType;
using UglyToad.PdfPig.Fonts.TrueType.Parser;
using UglyToad.PdfPig.Writer;

namespace BillingCopilot.Plugins.Documents;

/// <summary>One paragraph of a document.</summary>
/// <param name="Heading">Set larger, with room above.</param>
/// <param name="Item">One of many, which may be left out where only a page is to be had.</param>
internal sealed record PdfParagraph(string Text, bool Heading = false, bool Item = false);

/// <summary>
/// Plain pages of text (A4, DejaVu Sans). The same words give the same file. The font has the letters of Latin,
/// Greek and Cyrillic scripts; whether it has all of a text says <see cref="CanWrite"/>.
/// </summary>
internal static class PdfText
{
    private const double Margin = 56;
    private const double Body = 10;
    private const double Head = 15;
    private const double Leading = 1.45;
    private static readonly Lazy<byte[]> FontFile = new(ReadFont);
    private static readonly Lazy<TrueTypeFont> Font = new(() => TrueTypeFontParser.Parse(new TrueTypeDataBytes(FontFile.Value)));

    /// <summary>True when the font has every letter.</summary>
    public static bool CanWrite(string text) => text.EnumerateRunes().All(r =>
        r.Value == '\n' || (r.IsBmp && Font.Value.TryGetBoundingBox(r.Value, out _)));

    /// <param name="title">Also the document's name; the first heading.</param>
    /// <exception cref="ArgumentException">The font lacks a letter.</exception>
    public static byte[] Write(string title, IEnumerable<PdfParagraph> paragraphs) => Written(title, paragraphs).File;

    /// <summary>
    /// One page, however much there is to say: of what may be left out (<see cref="PdfParagraph.Item"/>), the last goes first, and
    /// how many went stands in its place.
    /// </summary>
    /// <param name="more">Words for a number of items that were left out.</param>
    /// <returns>Null when even without any item it is more than a page.</returns>
    /// <exception cref="ArgumentException">The font lacks a letter.</exception>
    public static byte[]? WritePage(string title, IReadOnlyList<PdfParagraph> paragraphs, Func<int, string> more)
    {
        var items = paragraphs.Count(p => p.Item);
        if (Written(title, paragraphs) is (var whole, 1))
        {
            return whole;
        }

        // The most that fit, by halving.
        byte[]? best = null;
        for (var (low, high) = (0, items - 1); low <= high;)
        {
            var kept = (low + high) / 2;
            if (Written(title, Shortened(paragraphs, kept, more(items - kept))) is (var file, 1))
            {
                (best, low) = (file, kept + 1);
            }
            else
            {
                high = kept - 1;
            }
        }

        return best;
    }

    private static IEnumerable<PdfParagraph> Shortened(IEnumerable<PdfParagraph> paragraphs, int kept, string more)
    {
        var seen = 0;
        foreach (var paragraph in paragraphs)
        {
            if (!paragraph.Item || seen < kept)
            {
                yield return paragraph;
            }
            else if (seen == kept)
            {
                yield return new PdfParagraph(more);
            }

            seen += paragraph.Item ? 1 : 0;
        }
    }

    private static (byte[] File, int Pages) Written(string title, IEnumerable<PdfParagraph> paragraphs)
    {
        using var builder = new PdfDocumentBuilder();
        builder.DocumentInformation.Title = title;
        builder.DocumentInformation.Producer = "BillingCopilot";
        var pages = new Pages(builder, builder.AddTrueTypeFont(FontFile.Value));
        foreach (var paragraph in paragraphs.Prepend(new PdfParagraph(title, Heading: true)))
        {
            if (!CanWrite(paragraph.Text))
            {
                throw new ArgumentException("The font lacks a letter of the text.", nameof(paragraphs));
            }

            pages.Add(paragraph);
        }

        return (WithOwnId(builder.Build()), pages.Count);
    }

    /// <summary>Puts a digest of the document in place of the random id that the library gives a file.</summary>
    private static byte[] WithOwnId(byte[] file)
    {
        var at = file.AsSpan().LastIndexOf("/ID"u8);
        var ids = file.AsSpan(at < 0 ? file.Length : at);
        Span<byte> digits = stackalloc byte[64];
        Convert.TryToHexStringLower(SHA256.HashData(file.AsSpan(0, file.Length - ids.Length)), digits, out _);
        var inside = false;
        var next = 0;
        foreach (ref var letter in ids)
        {
            if (letter is (byte)'<' or (byte)'>')
            {
                (inside, next) = (letter == '<', 0);
            }
            else if (letter == ']')
            {
                break;
            }
            else if (inside)
            {
                letter = digits[next++ % digits.Length];
            }
        }

        return file;
    }

    private static byte[] ReadFont()
    {
        using var stream = typeof(PdfText).Assembly.GetManifestResourceStream("fonts/DejaVuSans.ttf")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>Fills page after page from the top.</summary>
    private sealed class Pages(PdfDocumentBuilder builder, PdfDocumentBuilder.AddedFont font)
    {
        private PdfPageBuilder _page = builder.AddPage(PageSize.A4);
        private double _y = 842 - Margin;

        public int Count { get; private set; } = 1;

        public void Add(PdfParagraph paragraph)
        {
            var size = paragraph.Heading ? Head : Body;
            foreach (var line in paragraph.Text.Split('\n').SelectMany(l => Wrap(l, size)))
            {
                if (_y - size < Margin)
                {
                    (_page, _y, Count) = (builder.AddPage(PageSize.A4), 842 - Margin, Count + 1);
                }

                _y -= size * Leading;
                if (line.Length > 0)
                {
                    _page.AddText(line, size, new PdfPoint(Margin, _y), font);
                }
            }

            _y -= size * 0.6;
        }

        private IEnumerable<string> Wrap(string text, double size)
        {
            var line = new StringBuilder();
            foreach (var word in text.Split(' ').SelectMany(w => Pieces(w, size)))
            {
                if (line.Length > 0 && Width($"{line} {word}", size) > Available)
                {
                    yield return line.ToString();
                    line.Clear();
                }

                line.Append(line.Length > 0 ? " " : "").Append(word);
            }

            yield return line.ToString();
        }

        /// <summary>A word that is wider than the page is cut.</summary>
        private IEnumerable<string> Pieces(string word, double size)
        {
            if (Width(word, size) <= Available)
            {
                yield return word;
                yield break;
            }

            var start = 0;
            for (var i = 1; i < word.Length; i++)
            {
                if (Width(word[start..(i + 1)], size) > Available)
                {
                    yield return word[start..i];
                    start = i;
                }
            }

            yield return word[start..];
        }

        private static double Available => 595 - (2 * Margin);

        private double Width(string text, double size)
        {
            var letters = text.Length == 0 ? [] : _page.MeasureText(text, size, new PdfPoint(0, 0), font);
            return letters.Count == 0 ? 0 : letters[^1].EndBaseLine.X;
        }
    }
}
