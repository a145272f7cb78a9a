using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;

namespace BillingCopilot.Agents.Turns;

/// <summary>Turns a specialist's checked text into what a person sees: real numbers and ids, receipts, citations.</summary>
public static class AnswerWriter
{
    /// <param name="text">As it was checked; only handles change.</param>
    public static string TextFor(string text, HandleMap handles, Evidence evidence) =>
        TypedReferences.GiveOut(text, handles, evidence.Subjects.LabelOf);

    public static IEnumerable<Receipt> Receipts(GroundingReport report, HandleMap handles, Evidence evidence) =>
        report.Backed.Where(b => !IsPartOfAName(b)).Select(b => new Receipt(
            b.Figure.Kind == FigureKind.Id ? TextFor(b.Figure.Text, handles, evidence) : b.Figure.Text,
            b.Figure.Kind.ToString().ToLowerInvariant(),
            b.Figure.Kind == FigureKind.Id ? handles.Find(b.Figure.Value)?.ObjectId ?? b.Figure.Value : b.Figure.Value,
            b.Source is null ? "asker" : b.Source.Verbatim ? "quote" : "tool",
            b.Source?.Call.Tool,
            b.Source?.Call.CallId,
            b.Source?.Path,
            b.Source?.ObjectHandle is { } handle ? handles.Find(handle)?.ObjectId : null));

    /// <summary>The 6 in “Welcome offer, 6 months” is how something is called, and counts nothing.</summary>
    private static bool IsPartOfAName(BackedFigure backed) => backed is { Figure.Kind: FigureKind.Count, Source: { Words: not null, Verbatim: false } };

    /// <summary>Policies whose words the text uses, and the objects its figures come from.</summary>
    public static IEnumerable<Citation> Citations(string text, IReadOnlyList<Receipt> receipts, IEnumerable<ToolEvidence> calls)
    {
        var policies = PolicyCitations.Used(text, calls);
        var objects = receipts.Select(r => r.ObjectId).OfType<string>().Distinct()
            .Where(id => !id.StartsWith("prop", StringComparison.Ordinal))
            .Select(id => new Citation("stripe", KindOf(id), id, null));
        return policies.Concat(objects);
    }

    private static string KindOf(string id) => id.Split('_')[0] switch
    {
        "cus" => "customer",
        "in" => "invoice",
        "il" => "invoice line",
        "ch" or "py" => "charge",
        "pi" => "payment intent",
        "pm" => "payment method",
        "re" => "refund",
        "cn" => "credit note",
        "sub" => "subscription",
        "prod" => "product",
        "price" => "price",
        _ => "object",
    };
}
