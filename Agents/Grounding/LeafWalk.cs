using System.Text.Json.Nodes;

namespace BillingCopilot.Agents.Grounding;

/// <summary>Gives the leaves of one call's result their owner.</summary>
internal sealed class LeafWalk(ToolEvidence call, SubjectIndex subjects)
{
    /// <summary>Tools whose words are documents', quoted as they stand.</summary>
    private static readonly HashSet<string> DocumentTools = new(StringComparer.Ordinal) { "search_policies", "search_tickets" };

    /// <param name="ancestors">Objects around the leaf, nearest first.</param>
    /// <param name="text">The leaf itself, when it is a text.</param>
    public SourcedFigure Source(Figure figure, string path, IReadOnlyList<JsonObject> ancestors, string? text = null)
    {
        var isDocument = DocumentTools.Contains(call.Tool);
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
            text is not null && (isDocument || text.StartsWith('«')) ? Evidence.Flat(text) : null);
    }
}
