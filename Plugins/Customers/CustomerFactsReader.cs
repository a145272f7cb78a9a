using BillingCopilot.Billing;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Subscriptions;
using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Plans, country, recurring revenue and tags of a customer, as Stripe says now: what rollout segments look at.</summary>
internal sealed class CustomerFactsReader(StripeReaders readers) : ICustomerFactsReader
{
    private static readonly string[] Running = ["active", "trialing", "past_due"];

    /// <summary>Tags are the words of the customer's metadata <c>tags</c>, separated by commas or spaces.</summary>
    public async Task<Outcome<CustomerFacts>> ReadAsync(TenantContext tenant, string customerId, CancellationToken cancellationToken)
    {
        var reader = readers.For(tenant);
        if (!(await reader.CustomerAsync(customerId, cancellationToken)).TryGet(out var customer, out var refusal)
            || !(await reader.SubscriptionsAsync(customerId, cancellationToken)).TryGet(out var all, out refusal))
        {
            return refusal;
        }

        var running = all.Items.Where(s => Running.Contains(s.Status)).ToList();
        if (!(await reader.ProductNamesAsync(running.SelectMany(s => s.Items.Data).Select(i => i.Price.ProductId), cancellationToken)).TryGet(out var names, out refusal))
        {
            return refusal;
        }

        var monthly = running.Select(PeriodEnd.Recurring).OfType<Money>().ToList();
        return new CustomerFacts(
            [.. running.SelectMany(s => s.Items.Data).Select(i => names.GetValueOrDefault(i.Price.ProductId)).OfType<string>().Distinct()],
            customer.Address?.Country,
            monthly.Count == 0 || monthly.Select(m => m.Currency).Distinct().Count() > 1 ? null : monthly.Aggregate((a, b) => a + b),
            (customer.Metadata?.GetValueOrDefault("tags") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));
    }
}
