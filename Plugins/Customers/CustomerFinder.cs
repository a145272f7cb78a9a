using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Customers;

/// <summary>Finds customers by name, mail address or id, and says how sure it is.</summary>
internal sealed class CustomerFinder(StripeReader reader)
{
    /// <summary>Customers that fit this well or better, compared with the best, are told apart rather than dropped.</summary>
    private const double Margin = 0.08;

    /// <summary>Best first. Several only when they fit about equally well.</summary>
    public async Task<Outcome<IReadOnlyList<Customer>>> FindAsync(string query, CancellationToken cancellationToken)
    {
        var text = query.Trim();
        if (text.StartsWith("cus_", StringComparison.Ordinal))
        {
            return (await reader.CustomerAsync(text, cancellationToken)).Map(c => (IReadOnlyList<Customer>)[c]);
        }

        return text.Contains('@', StringComparison.Ordinal)
            ? (await reader.CustomersAsync(text, cancellationToken)).Map(found => found.Items)
            : await ByNameAsync(text, cancellationToken);
    }

    private async Task<Outcome<IReadOnlyList<Customer>>> ByNameAsync(string text, CancellationToken cancellationToken)
    {
        if (!(await reader.CustomersAsync(null, cancellationToken)).TryGet(out var listed, out var refusal))
        {
            return refusal;
        }

        // An account too large to read whole is searched by its words; that finds no misspelling.
        IEnumerable<Customer> candidates = listed.Items;
        foreach (var word in listed.Complete ? [] : text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 2))
        {
            if (!(await reader.SearchCustomersAsync(word, cancellationToken)).TryGet(out var found, out refusal))
            {
                return refusal;
            }

            candidates = candidates.Concat(found.Items);
        }

        return new Outcome<IReadOnlyList<Customer>>.Ok(Rank(text, candidates.DistinctBy(c => c.Id)));
    }

    internal static List<Customer> Rank(string text, IEnumerable<Customer> customers)
    {
        var ranked = customers
            .Select(c => (Customer: c, Score: NameMatch.Score(text, c.NameOf().Value)))
            .Where(m => m.Score >= NameMatch.Threshold)
            .OrderByDescending(m => m.Score)
            .ThenBy(m => m.Customer.Id, StringComparer.Ordinal)
            .ToList();
        var near = ranked.Where(m => m.Score >= ranked[0].Score - Margin).Select(m => m.Customer).ToList();
        return near.Exists(c => Is(text, c)) ? [.. near.Where(c => Is(text, c) || Extends(text, c))] : near;
    }

    private static bool Is(string text, Customer customer) => customer.NameOf().Value.Trim().Equals(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Who says "Acorn" may mean "Acorn Labs"; who says "Calder Inn" does not mean "Alder Inn".</summary>
    private static bool Extends(string text, Customer customer) => customer.NameOf().Value.Contains(text, StringComparison.OrdinalIgnoreCase);
}
