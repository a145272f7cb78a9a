using BillingCopilot.Billing;
using BillingCopilot.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.FeatureManagement;

namespace BillingCopilot.Governance.Rollout;

/// <summary>
/// Whether an operation is let for a customer. Each operation and playbook is a feature flag, on for the customers
/// of its segments. When a customer's facts can't be read, the flag is off.
/// </summary>
public sealed class RolloutGate
{
    private readonly RolloutPlan _plan;
    private readonly ICustomerFactsReader? _customers;
    private readonly FeatureManager _features;

    /// <param name="customers">Null where there is none: then what is bound to segments is let for nobody.</param>
    public RolloutGate(RolloutPlan plan, ICustomerFactsReader? customers)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (_plan, _customers) = (plan, customers);
        _features = new FeatureManager(new PlanFeatures(plan), new FeatureManagementOptions()) { FeatureFilters = [new SegmentFilter(plan)] };
    }

    /// <summary>Why nothing may be proposed, approved or started here for this customer now, or null.</summary>
    public async Task<Refusal?> RefuseAsync(TenantContext tenant, string operation, string? playbook, string customerId, CancellationToken cancellationToken) =>
        _plan.Refuse(operation, playbook) ?? await RefuseCustomerAsync(tenant, operation, playbook, customerId, cancellationToken);

    /// <summary>The same, of what is bound to segments only.</summary>
    public async Task<Refusal?> RefuseCustomerAsync(TenantContext tenant, string operation, string? playbook, string customerId, CancellationToken cancellationToken)
    {
        string[] features = playbook is not null && _plan.PlaybookStep(playbook) is not null ? [$"operation/{operation}", $"playbook/{playbook}"] : [$"operation/{operation}"];
        if (features.All(f => StepOf(f).Segments.Count == 0))
        {
            return null;
        }

        if (!(await FactsAsync(tenant, customerId, cancellationToken)).TryGet(out var facts, out var unread))
        {
            return new Refusal("read_only", $"{operation} is let for some customers only, and whether this is one of them could not be read. {unread}", "Try again in a moment.");
        }

        foreach (var feature in features)
        {
            if (!await _features.IsEnabledAsync(feature, facts, cancellationToken))
            {
                return new Refusal("read_only", $"{feature.Split('/')[1]} is not switched on for this customer: it is let for the segments {string.Join(", ", StepOf(feature).Segments)} only.", "An admin can change the segments in rollout.yaml.");
            }
        }

        return null;
    }

    /// <summary>Why the customer is not of this segment, or null.</summary>
    public async Task<Refusal?> RefuseSegmentAsync(TenantContext tenant, string segment, string customerId, CancellationToken cancellationToken) =>
        _plan.Segments.TryGetValue(segment, out var wanted)
        && (await FactsAsync(tenant, customerId, cancellationToken)).TryGet(out var facts, out _)
        && wanted.Holds(facts)
            ? null
            : new Refusal("standing_scope", $"The customer is not known to be of the segment {segment}.");

    private async Task<Outcome<CustomerFacts>> FactsAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken) => _customers is null
        ? new Refusal("no_customer_facts", "Customers can't be read here.")
        : await _customers.ReadAsync(tenant, customerId, cancellationToken);

    private RolloutStep StepOf(string feature) => feature.Split('/') is ["operation", var name] ? _plan.StepOf(name) : _plan.PlaybookStep(feature.Split('/')[1])!;

    /// <summary>The plan as feature definitions.</summary>
    private sealed class PlanFeatures(RolloutPlan plan) : IFeatureDefinitionProvider
    {
        private readonly Dictionary<string, FeatureDefinition> _all = plan.Features.ToDictionary(f => f.Key, f => Define(f.Key, f.Value), StringComparer.Ordinal);

        public Task<FeatureDefinition> GetFeatureDefinitionAsync(string featureName) => Task.FromResult(_all.GetValueOrDefault(featureName)!);

        public async IAsyncEnumerable<FeatureDefinition> GetAllFeatureDefinitionsAsync()
        {
            foreach (var feature in _all.Values)
            {
                yield return await Task.FromResult(feature);
            }
        }

        private static FeatureDefinition Define(string name, RolloutStep step) => new()
        {
            Name = name,
            RequirementType = RequirementType.Any,
            EnabledFor = step.Segments.Count == 0
                ? [new FeatureFilterConfiguration { Name = "AlwaysOn" }]
                : [.. step.Segments.Select(s => new FeatureFilterConfiguration { Name = SegmentFilter.Alias, Parameters = ParametersOf(s) })],
        };

        private static IConfigurationRoot ParametersOf(string segment) =>
            new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Name", (string?)segment)]).Build();
    }

    [FilterAlias(Alias)]
    private sealed class SegmentFilter(RolloutPlan plan) : IContextualFeatureFilter<CustomerFacts>
    {
        public const string Alias = "Segment";

        public Task<bool> EvaluateAsync(FeatureFilterEvaluationContext featureFilterContext, CustomerFacts appContext) =>
            Task.FromResult(plan.Segments.TryGetValue(featureFilterContext.Parameters["Name"]!, out var segment) && segment.Holds(appContext));
    }
}
