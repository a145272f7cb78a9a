using BillingCopilot.Billing;

namespace BillingCopilot.Governance.Rollout;

/// <summary>Which customers a phase holds for. Every list that is given has to match; an empty one asks for nothing.</summary>
/// <param name="Plans">Names of products, one of which the customer has.</param>
/// <param name="Countries">ISO 3166 codes of the billing address.</param>
/// <param name="Tags">Words of the customer's metadata <c>tags</c>, one of which it has.</param>
/// <param name="MrrFrom">By currency: at least this much recurring revenue a month. Another currency does not match.</param>
/// <param name="MrrBelow">By currency: less than this.</param>
public sealed record Segment(
    IReadOnlyList<string> Plans,
    IReadOnlyList<string> Countries,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, Money> MrrFrom,
    IReadOnlyDictionary<string, Money> MrrBelow)
{
    public bool Holds(CustomerFacts customer)
    {
        ArgumentNullException.ThrowIfNull(customer);
        return (Plans.Count == 0 || Plans.Intersect(customer.Plans, StringComparer.OrdinalIgnoreCase).Any())
            && (Countries.Count == 0 || Countries.Contains(customer.Country, StringComparer.OrdinalIgnoreCase))
            && (Tags.Count == 0 || Tags.Intersect(customer.Tags, StringComparer.OrdinalIgnoreCase).Any())
            && (MrrFrom.Count == 0 || (customer.Mrr is { } mrr && MrrFrom.TryGetValue(mrr.Currency, out var from) && mrr.AmountMinor >= from.AmountMinor))
            && (MrrBelow.Count == 0 || (customer.Mrr is { } low && MrrBelow.TryGetValue(low.Currency, out var below) && low.AmountMinor < below.AmountMinor));
    }
}

/// <summary>What segments look at.</summary>
/// <param name="Mrr">Recurring revenue a month; null when there is none, or it is in several currencies.</param>
public sealed record CustomerFacts(IReadOnlyList<string> Plans, string? Country, Money? Mrr, IReadOnlyList<string> Tags);

/// <summary>Reads what segments look at. Implemented where Stripe is called.</summary>
public interface ICustomerFactsReader
{
    Task<Outcome<CustomerFacts>> ReadAsync(Storage.TenantContext tenant, string customerId, CancellationToken cancellationToken);
}
