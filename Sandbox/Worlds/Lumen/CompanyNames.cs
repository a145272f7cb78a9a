using System.Text;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Company names and their mail addresses. No two names share their first word unless they are meant to.</summary>
internal sealed class CompanyNames
{
    private static readonly string[] First =
    [
        "Acorn", "Alder", "Amberline", "Anvil", "Arbor", "Ashgrove", "Basalt", "Bellwether", "Birchwood", "Blackthorn",
        "Bluefin", "Brambleside", "Brightwater", "Cairn", "Calder", "Candor", "Cedarpoint", "Chalkstone", "Cinder", "Clearbrook",
        "Cobalt", "Copperleaf", "Cormorant", "Cresthill", "Dovetail", "Driftwood", "Eastgate", "Elmfield", "Emberlight", "Fairweather",
        "Falconer", "Fernhill", "Flintlock", "Foxglove", "Gannet", "Glasswing", "Goldcrest", "Granary", "Greyfriars", "Hallmark Bay",
        "Harrow", "Hawthorn", "Heron", "Hollow Oak", "Ironbridge", "Ivydale", "Juniper", "Kestrel", "Keystone Ridge", "Kingfisher",
        "Lanternfish", "Larkspur", "Limestone", "Linden", "Lodestar", "Longmeadow", "Marigold", "Meridian Hill", "Millstream", "Moorland",
        "Nettle", "Northbank", "Oakhurst", "Osprey", "Otterburn", "Palisade", "Pebble", "Pinecone", "Plover", "Quarry",
        "Quillfeather", "Ravenscar", "Redshank", "Riverbend", "Rookery", "Rosewood", "Saltmarsh", "Sandpiper", "Silverbirch", "Skylark",
        "Slatework", "Snowdrop", "Spindle", "Starling", "Stonecrop", "Sundial", "Swiftwing", "Tamarack", "Teasel", "Thistle",
        "Tidewater", "Timberline", "Turnstone", "Valewood", "Vellum", "Waxwing", "Westerly", "Whinstone", "Wildrye", "Willowbrook",
    ];

    /// <summary>Used when the first are gone.</summary>
    private static readonly string[] Further =
    [
        "Abbotsford", "Beechcraft", "Corkscrew", "Dunmore", "Ellerslie", "Fairlight", "Gladewater", "Highfield", "Inverness", "Jackdaw",
        "Kittiwake", "Lapwing", "Mistral", "Netherby", "Oldbury", "Pemberley", "Quicksilver", "Ruddock", "Sorrel", "Thornbury",
        "Umberline", "Verity", "Wainscot", "Yarrow", "Zephyr", "Alcove", "Bracken", "Coppice", "Dunlin", "Eider",
        "Furrow", "Gorse", "Hazelmere", "Inkwell", "Jasper", "Knapweed", "Lanyard", "Mossbank", "Nightjar", "Orrery",
        "Parapet", "Quayside", "Ridgeway", "Shearwater", "Tansy", "Upland", "Whitebeam", "Yellowfin", "Zinnia", "Ambleside",
    ];

    private static readonly string[] Second =
    [
        "Analytics", "Labs", "Robotics", "Logistics", "Health", "Studio", "Foods", "Software", "Energy", "Partners", "Media",
        "Education", "Systems", "Textiles", "Insurance", "Architects", "Travel", "Biotech", "Publishing", "Instruments",
        "Mobility", "Research", "Retail", "Security", "Finance", "Games", "Legal", "Materials",
    ];

    private static readonly string[] Onsets = ["Br", "Cal", "Dor", "El", "Fen", "Gar", "Hol", "Im", "Jar", "Kel", "Lor", "Mar", "Nor", "Or", "Pel", "Quen", "Ros", "Sel", "Tor", "Ul", "Ver", "Wes", "Yar", "Zel"];
    private static readonly string[] Middles = ["a", "en", "i", "om", "u", "an", "e", "or"];
    private static readonly string[] Ends = ["dale", "vex", "mont", "ric", "tis", "ford", "line", "qua", "sen", "wyn"];

    private static readonly string[] Forms = ["LLC", "Ltd", "Co", "AG", "BV", "SA"];

    private const int LongestSlug = 40;
    private readonly SeededRandom _random;
    private readonly List<string> _first;
    private readonly HashSet<string> _used = [];

    public CompanyNames(SeededRandom random)
    {
        _random = random;
        _first = [.. random.Stream("first").Shuffle(First), .. random.Stream("further").Shuffle(Further)];
    }

    /// <summary>A name that no other customer's name is close to.</summary>
    public string Next()
    {
        var first = _first[0];
        _first.RemoveAt(0);
        return $"{first} {_random.Pick(Second)}";
    }

    /// <summary>A name for the many customers of the larger sizes.</summary>
    public string NextFiller()
    {
        while (true)
        {
            var name = $"{_random.Pick(Onsets)}{_random.Pick(Middles)}{_random.Pick(Ends)}";
            name = $"{name} {_random.Pick(Second)}";
            if (_used.Add(name))
            {
                return name;
            }
        }
    }

    /// <summary>The same with a legal form, which no ticket's former customer has.</summary>
    public string NextListed() => $"{NextFiller()} {_random.Pick(Forms)}";

    /// <summary><c>billing@acorn-labs.example</c></summary>
    public static string Email(string name, string mailbox = "billing") => $"{mailbox}@{Slug(name)}.example";

    /// <summary>Lower-case ASCII letters and digits, joined by hyphens.</summary>
    public static string Slug(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }
        }

        text.Length = Math.Min(text.Length, LongestSlug);
        return text.ToString().Trim('-');
    }
}
