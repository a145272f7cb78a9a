using Xunit;

namespace BillingCopilot.Flows.Support;

/// <summary>Starts two nodes once for each kind of database, for the tests that take turns with them.</summary>
public sealed class NodePairs : IAsyncLifetime
{
    public const string Name = "two processes";

    private readonly Dictionary<bool, TwoNodes> _started = [];

    internal async Task<TwoNodes> OnAsync(bool postgres) =>
        _started.TryGetValue(postgres, out var nodes) ? nodes : _started[postgres] = await TwoNodes.StartAsync(postgres);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var nodes in _started.Values)
        {
            await nodes.DisposeAsync();
        }
    }
}

/// <summary>One at a time: what one throws, another would feel.</summary>
[CollectionDefinition(NodePairs.Name)]
public sealed class NodePairTests : ICollectionFixture<NodePairs>;
