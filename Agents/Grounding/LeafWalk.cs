using System.Text.Json.Nodes;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>Gives the leaves of one call's result their owner.</summary>
internal sealed class LeafWalk(ToolEvidence call, SubjectIndex subjects)
{
    /// <summary>Tools whose words are documents', quoted as they stand.</summary>
    private static readonly HashSet<string> DocumentTools = new(StringComparer.Ordinal) { "search_policies", "search_tickets" };

    /// <summary>Fields that hold the name of a customer, a product or a plan.</summary>
    internal static readonly HashSet<string> NameLeaves = new(StringComparer.Ordinal) { "customer", "customer_name", "name", "product", "product_name", "plan", "plan_name", "price_name" };

    /// <param name="ancestors">Objects around the leaf, nearest first.</param>
    /// <param name="text">The leaf itself, when it is a text.</param>
    public SourcedFigure Source(Figure figure, string path, IReadOnlyList<JsonObject> ancestors, string? text = null)
    {
        var isDocument = DocumentTools.Contains(call.Tool);
        var outside = text is null || isDocument ? null
            : figure.Kind == FigureKind.Quote ? UntrustedWords.WholeOf(text) : UntrustedWords.Around(text, figure.At.Start);
        IEnumerable<JsonObject> around = call.Arguments is JsonObject arguments ? [.. ancestors, arguments] : ancestors;
        return new SourcedFigure(
            figure,
            call,
            path,
            ancestors.Select(ObjectLabels.SelfHandle).FirstOrDefault(h => h is not null),
            subjects.CustomersOf(around),
            subjects.InvoicesOf(ancestors),
            isDocument,
            ancestors.Count > 0 ? ancestors[0] : null,
            (isDocument ? text : outside) is { } words ? Evidence.Flat(words) : null)
        {
            // Within a sentence of ours it is names that are delimited.
            IsName = outside is not null && (outside.Length + 2 < text!.Length || NameLeaves.Contains(path[(path.LastIndexOf('.') + 1)..])),
        };
    }
}
