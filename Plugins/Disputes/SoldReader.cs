using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>What was sold with a payment, by the lines of the invoice that it paid: a plan may have changed since.</summary>
internal sealed class SoldReader(StripeReader reader)
{
    private const int Longest = 500;
    private const int MostNamed = 8;

    /// <summary>As <see cref="OfAsync(Charge, Invoice?, CancellationToken)"/>; the invoice is looked up.</summary>
    public async Task<Outcome<string>> OfAsync(Charge charge, CancellationToken cancellationToken) =>
        await new Settlements(reader).InvoiceOfAsync(charge, cancellationToken) switch
        {
            Outcome<Invoice?>.Ok found => await OfAsync(charge, found.Value, cancellationToken),
            var other => ((Outcome<Invoice?>.Refused)other).Refusal,
        };

    /// <summary>In words for a bank; empty when nothing on record says it.</summary>
    /// <param name="invoice">That the charge paid, with all its lines; null when it paid none.</param>
    public async Task<Outcome<string>> OfAsync(Charge charge, Invoice? invoice, CancellationToken cancellationToken)
    {
        if (invoice?.Lines?.Data is not { Count: > 0 } lines)
        {
            return PlainText.Clean(charge.Description ?? "", Longest);
        }

        // Credits for an earlier plan stand among the lines as well: only what was charged was sold.
        List<InvoiceLineItem> sold = [.. lines.Where(l => l.Amount > 0)];
        return (await reader.ProductNamesAsync(sold.Select(ProductOf).OfType<string>(), cancellationToken)).Map(names => Words(sold, names));
    }

    private static string Words(List<InvoiceLineItem> sold, IReadOnlyDictionary<string, string> names)
    {
        string[] things = [.. sold.Select(l => (ProductOf(l) is { } product ? names.GetValueOrDefault(product) : null) ?? l.Description).OfType<string>().Distinct(StringComparer.Ordinal)];
        var list = string.Join(", ", things.Take(MostNamed)) + (things.Length > MostNamed ? $" and {things.Length - MostNamed} more" : "");
        return PlainText.Clean(things.Length > 0 && sold.Exists(l => l.Parent?.SubscriptionItemDetails is not null) ? $"Subscription to {list}, an online service." : list, Longest);
    }

    private static string? ProductOf(InvoiceLineItem line) => line.Pricing?.PriceDetails?.Product;
}
