using HandlebarsDotNet;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>What the rules model knows as one specialist.</summary>
/// <param name="Fallback">Said when no intent fits: what it can do.</param>
public sealed record RuleSet(string Specialist, string Footer, string Fallback, IReadOnlyList<Intent> Intents)
{
    public Intent? Find(string name) => Intents.FirstOrDefault(i => i.Name == name);

    /// <summary>Tools that an intent, and what it offers next, may call.</summary>
    /// <param name="invoiceNamed">The words name an invoice, which needs no looking for.</param>
    public IReadOnlySet<string> ToolsOf(string name, bool invoiceNamed = false)
    {
        var tools = new HashSet<string>(StringComparer.Ordinal);
        for (var intent = Find(name); intent is not null; intent = intent.Offer is { } offer && offer.Intent != intent.Name ? Find(offer.Intent) : null)
        {
            tools.UnionWith(intent.Steps.OfType<RuleStep.Call>().Select(c => c.Tool));
            tools.UnionWith(intent.Needs.SelectMany(n => invoiceNamed && n != "customer" ? ["get_invoice"] : ToolsToFind.GetValueOrDefault(n) ?? []));
        }

        return tools;
    }

    /// <summary>What an entity is looked up with.</summary>
    private static readonly Dictionary<string, string[]> ToolsToFind = new(StringComparer.Ordinal)
    {
        ["customer"] = ["find_customer"],
        ["invoice"] = ["find_customer", "get_invoice", "list_invoices"],
        ["invoice_or_customer"] = ["find_customer", "get_invoice", "list_invoices"],
    };
}

/// <summary>One thing that may be asked.</summary>
/// <param name="Needs">Entities that must be known first, in this order.</param>
/// <param name="Offer">Asked at the end of the answer; "yes" then means another intent.</param>
/// <param name="OnRequest">It proposes what it was told to: never the answer to a question for a fact.</param>
/// <param name="General">It answers what is asked of nobody in particular: our policy.</param>
public sealed record Intent(
    string Name,
    IReadOnlyList<string> Examples,
    IReadOnlyList<string> Needs,
    IReadOnlyList<RuleStep> Steps,
    HandlebarsTemplate<object, object> Answer,
    Offer? Offer,
    bool General,
    bool OnRequest);

/// <param name="Say">Words that end the answer, by which the offer is recognised in the next turn.</param>
/// <param name="When">Path that must hold something for the offer to be made; null makes it always.</param>
/// <param name="Unless">Paths of which none may hold something.</param>
public sealed record Offer(string Say, string Intent, string? When, IReadOnlyList<string> Unless);

/// <summary>One step of an intent. <paramref name="When"/> and <paramref name="Unless"/> are paths; a step whose condition fails is skipped.</summary>
public abstract record RuleStep(string? When, string? Unless)
{
    /// <summary>Calls a tool and keeps its result under <paramref name="Id"/>.</summary>
    public sealed record Call(string Id, string Tool, IReadOnlyDictionary<string, string> With, bool MayFail, string? When, string? Unless) : RuleStep(When, Unless);

    /// <summary>Keeps the first item of a list whose fields have these values (<c>*</c> any, <c>-</c> none, <c>!amount</c> another than its <c>amount</c>), or with <paramref name="Like"/> the one whose words are nearest to it; with <paramref name="One"/> none when several fit. With <paramref name="Says"/> only one whose description holds each of its words, and its place in the list, from 1, as <c>places</c>.</summary>
    public sealed record Pick(string Id, string From, IReadOnlyDictionary<string, string> Where, string? Like, bool One, string? When, string? Unless, string? Says = null) : RuleStep(When, Unless);

    /// <summary>Ends here with these words.</summary>
    public sealed record Stop(HandlebarsTemplate<object, object> Say, string? When, string? Unless) : RuleStep(When, Unless);

    /// <summary>Ends here when both amounts are known and differ.</summary>
    public sealed record SameAmount(string Left, string Right, HandlebarsTemplate<object, object> Say) : RuleStep(null, null);
}
