using UglyToad.PdfPig.Fonts.TrueType;
using UglyToad.PdfPig.Fonts.TrueType.Parser;
using UglyToad.PdfPig.Writer;

namespace BillingCopilot.Plugins.Documents;

/// <summary>A font that comes with the program.</summary>
/// <param name="name">Of its resource.</param>
internal sealed class PdfFace(string name)
{
    private readonly Lazy<byte[]> _file = new(() => Read(name));
    private readonly Lazy<TrueTypeFont> _parsed = new(() => TrueTypeFontParser.Parse(new TrueTypeDataBytes(Read(name))));

    public byte[] File => _file.Value;

    public bool Has(int letter) => _parsed.Value.TryGetBoundingBox(letter, out _);

    private static byte[] Read(string name)
    {
        using var stream = typeof(PdfFace).Assembly.GetManifestResourceStream(name)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}

/// <summary>
/// The fonts of one document: the first face, and the second for what it lacks, which is added only once it is needed. A font
/// of this kind holds at most 255 letters of a document, so that many letters take further ones of the same face.
/// </summary>
internal sealed class PdfFonts(PdfDocumentBuilder builder, PdfFace first, PdfFace second)
{
    private const int MostLetters = 250;
    private readonly List<Added> _fonts = [new(builder.AddTrueTypeFont(first.File), first)];

    /// <summary>The text in pieces, each with the font that it is written with.</summary>
    public IReadOnlyList<(string Text, PdfDocumentBuilder.AddedFont Font)> Runs(string text) => Split(text, FontFor);

    /// <summary>The same for measuring alone, which takes no room in a font.</summary>
    public IReadOnlyList<(string Text, PdfDocumentBuilder.AddedFont Font)> Measured(string text) => Split(text, letter => Any(FaceOf(letter)));

    private static List<(string Text, PdfDocumentBuilder.AddedFont Font)> Split(string text, Func<char, Added> fontOf)
    {
        List<(string Text, PdfDocumentBuilder.AddedFont Font)> runs = [];
        var start = 0;
        Added? now = null;
        for (var i = 0; i < text.Length; i++)
        {
            var font = fontOf(text[i]);
            if (now is not null && font != now)
            {
                runs.Add((text[start..i], now.Font));
                start = i;
            }

            now = font;
        }

        if (now is not null)
        {
            runs.Add((text[start..], now.Font));
        }

        return runs;
    }

    private PdfFace FaceOf(char letter) => first.Has(letter) || !second.Has(letter) ? first : second;

    private Added Any(PdfFace face) => _fonts.Find(f => f.Face == face) ?? Add(face);

    private Added FontFor(char letter)
    {
        var face = FaceOf(letter);
        var font = _fonts.Find(f => f.Face == face && f.Letters.Contains(letter)) ?? _fonts.Find(f => f.Face == face && f.Letters.Count < MostLetters) ?? Add(face);
        font.Letters.Add(letter);
        return font;
    }

    private Added Add(PdfFace face)
    {
        var added = new Added(builder.AddTrueTypeFont(face.File), face);
        _fonts.Add(added);
        return added;
    }

    private sealed class Added(PdfDocumentBuilder.AddedFont font, PdfFace face)
    {
        public PdfDocumentBuilder.AddedFont Font => font;

        public PdfFace Face => face;

        public HashSet<char> Letters { get; } = [];
    }
}
