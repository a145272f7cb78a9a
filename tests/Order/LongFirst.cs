using Xunit;
using Xunit.Abstractions;

namespace BillingCopilot.Testing;

/// <summary>Takes long: begins first, so that nothing else waits for it at the end.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TakesLongAttribute : Attribute;

/// <summary>Begins the classes that take long before all others, which keep their order.</summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    internal const string Name = "BillingCopilot.Testing.LongFirst";

    private static readonly string[] _long =
        [.. typeof(LongFirst).Assembly.GetTypes().Where(t => t.IsDefined(typeof(TakesLongAttribute), inherit: false)).Select(t => t.FullName!)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => Array.Exists(_long, name => c.DisplayName.Split(' ').Contains(name, StringComparer.Ordinal)) ? 0 : 1);
}
