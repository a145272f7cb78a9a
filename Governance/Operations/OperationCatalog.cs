namespace BillingCopilot.Governance.Operations;

/// <summary>Every operation there is, by descriptor. Models' tools, policies and the executor all start here.</summary>
public sealed class OperationCatalog(IEnumerable<OperationDescriptor> descriptors)
{
    private readonly Dictionary<string, OperationDescriptor> _byName = descriptors.ToDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>In name order.</summary>
    public IReadOnlyList<OperationDescriptor> All => [.. _byName.Values.OrderBy(d => d.Name, StringComparer.Ordinal)];

    /// <summary>The operation of this name, or null.</summary>
    public OperationDescriptor? Find(string name) => _byName.GetValueOrDefault(name);
}
