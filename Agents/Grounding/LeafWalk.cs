using System.Text.Json.Nodes;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Agents.Grounding;

/// <summary>Gives the leaves of one call's result their owner.</summary>
internal sealed class LeafWalk(ToolEvidence call, SubjectIndex subjects)
{
    /// <summary>By the nearest object around: all its leaves have the same owner.</summary>
    private readonly Dictionary<object, Owner> _owners = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tools whose words are documents', quoted as they stand.</summary>
    private static readonly HashSet<string> DocumentTools = new(StringComparer.Ordinal) { "search_policies", "search_tickets" };

    /// <summary>Fields that hold the name of a customer, a product or a plan.</summary>
    internal static readonly HashSet<string> NameLeaves = new(StringComparer.Ordinal) { "customer", "customer_name", "name", "product", "product_name", "plan", "plan_name", "price_name" };

    public bool IsDocument { get; } = DocumentTools.Contains(call.Tool);

    /// <param name="ancestors">Objects around the leaf, nearest first.</param>
    /// <param name="text">The leaf itself, when it is a text.</param>
    public SourcedFigure Source(Figure figure, string path, IReadOnlyList<JsonObject> ancestors, string? text = null)
    {
        var outside = text is null || IsDocument ? null
            : figure.Kind == FigureKind.Quote ? UntrustedWords.WholeOf(text) : UntrustedWords.Around(text, figure.At.Start);
        var owner = OwnerOf(ancestors);
        return new SourcedFigure(
            figure,
            call,
            path,
            owner.Handle,
            owner.Customers,
            owner.Invoices,
            IsDocument,
            ancestors.Count > 0 ? ancestors[0] : null,
            (IsDocument ? text : outside) is { } words ? Evidence.Flat(words) : null)
        {
            // Within a sentence of ours it is names that are delimited.
            IsName = outside is not null && (outside.Length + 2 < text!.Length || NameLeaves.Contains(path[(path.LastIndexOf('.') + 1)..])),
        };
    }

    private Owner OwnerOf(IReadOnlyList<JsonObject> ancestors)
    {
        object nearest = ancestors.Count > 0 ? ancestors[0] : this;
        if (!_owners.TryGetValue(nearest, out var owner))
        {
            IEnumerable<JsonObject> around = call.Arguments is JsonObject arguments ? [.. ancestors, arguments] : ancestors;
            _owners[nearest] = owner = new Owner(ancestors.Select(ObjectLabels.SelfHandle).FirstOrDefault(h => h is not null), subjects.CustomersOf(around), subjects.InvoicesOf(ancestors));
        }

        return owner;
    }

    /// <summary>Whose and about what the leaves of an object are.</summary>
    private sealed record Owner(string? Handle, IReadOnlySet<string> Customers, IReadOnlySet<string> Invoices);
}
