using System.Security.Cryptography;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

namespace BillingCopilot.Plugins.Documents;

/// <summary>One paragraph of a document.</summary>
/// <param name="Heading">Set larger, with room above.</param>
/// <param name="Item">One of many, which may be left out where only a page is to be had.</param>
internal sealed record PdfParagraph(string Text, bool Heading = false, bool Item = false);

/// <summary>
/// Plain pages of text (A4, DejaVu Sans, and VL Gothic for what it lacks). The same words give the same file. The fonts have
/// the letters of Latin, Greek, Cyrillic and Japanese scripts; whether they have all of a text says <see cref="CanWrite"/>.
/// </summary>
internal static class PdfText
{
    private const double Margin = 56;
    private const double Body = 10;
    private const double Head = 15;
    private const double Leading = 1.45;
    private static readonly PdfFace Latin = new("fonts/DejaVuSans.ttf");
    private static readonly PdfFace Japanese = new("fonts/VLGothicJIS.ttf");

    /// <summary>True when the fonts have every letter.</summary>
    public static bool CanWrite(string text) => text.EnumerateRunes().All(r => r.Value == '\n' || (r.IsBmp && (Latin.Has(r.Value) || Japanese.Has(r.Value))));

    /// <param name="title">Also the document's name; the first heading.</param>
    /// <exception cref="ArgumentException">The fonts lack a letter.</exception>
    public static byte[] Write(string title, IEnumerable<PdfParagraph> paragraphs) => Written(title, paragraphs).File;

    /// <summary>
    /// One page, however much there is to say: of what may be left out (<see cref="PdfParagraph.Item"/>), the last goes first, and
    /// how many went stands in its place.
    /// </summary>
    /// <param name="more">Words for a number of items that were left out.</param>
    /// <returns>Null when even without any item it is more than a page.</returns>
    /// <exception cref="ArgumentException">The fonts lack a letter.</exception>
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
        var pages = new Pages(builder, new PdfFonts(builder, Latin, Japanese));
        foreach (var paragraph in paragraphs.Prepend(new PdfParagraph(title, Heading: true)))
        {
            if (!CanWrite(paragraph.Text))
            {
                throw new ArgumentException("The fonts lack a letter of the text.", nameof(paragraphs));
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

    /// <summary>Fills page after page from the top.</summary>
    private sealed class Pages(PdfDocumentBuilder builder, PdfFonts fonts)
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
                var x = Margin;
                foreach (var (text, font) in fonts.Runs(line))
                {
                    var letters = _page.AddText(text, size, new PdfPoint(x, _y), font);
                    x = letters.Count == 0 ? x : letters[^1].EndBaseLine.X;
                }
            }

            _y -= size * 0.6;
        }

        private IEnumerable<string> Wrap(string text, double size)
        {
            var line = new StringBuilder();
            foreach (var (piece, starts) in text.Split(' ').SelectMany(w => Pieces(w, size)))
            {
                var gap = line.Length > 0 && starts ? " " : "";
                if (line.Length > 0 && Width($"{line}{gap}{piece}", size) > Available)
                {
                    yield return line.ToString();
                    line.Clear();
                    gap = "";
                }

                line.Append(gap).Append(piece);
            }

            yield return line.ToString();
        }

        /// <summary>A word in parts between which a line may end; whether it is the word's first.</summary>
        private IEnumerable<(string Piece, bool Starts)> Pieces(string word, double size)
        {
            var starts = true;
            foreach (var piece in JapaneseBreaks.Parts(word).SelectMany(p => Cut(p, size)))
            {
                yield return (piece, starts);
                starts = false;
            }
        }

        /// <summary>What is wider than the page is cut.</summary>
        private IEnumerable<string> Cut(string word, double size)
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

        private double Width(string text, double size) => fonts.Measured(text).Sum(run =>
        {
            var letters = _page.MeasureText(run.Text, size, new PdfPoint(0, 0), run.Font);
            return letters.Count == 0 ? 0 : letters[^1].EndBaseLine.X;
        });
    }
}
