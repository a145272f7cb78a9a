using BillingCopilot.Testing;
using Xunit;

[assembly: TestCollectionOrderer(LongFirst.Name, "BillingCopilot.Unit")]

// Many tests wait for servers, processes and timeouts: one more than the cores has something to do meanwhile.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
