using BillingCopilot.Billing;
using BillingCopilot.Plugins.StripeApi.Projections;
using Stripe;

namespace BillingCopilot.Plugins.StripeApi;

/// <summary>Says which charge pays which invoice. A charge does not say so itself: its payment intent's invoice payments do.</summary>
internal sealed class Settlements(StripeReader reader)
{
    /// <summary>Invoices of a customer by the payment intent that pays them, from one listing.</summary>
    public async Task<Outcome<IReadOnlyDictionary<string, Invoice>>> ByPaymentIntentAsync(string customerId, CancellationToken cancellationToken)
    {
        var filter = new InvoiceListOptions { Customer = customerId, Expand = ["data.payments"] };
        return (await reader.InvoicesAsync(filter, cancellationToken)).Map(invoices => ByPaymentIntent(invoices.Items));
    }

    /// <summary>The same of invoices that were read with their payments.</summary>
    public static IReadOnlyDictionary<string, Invoice> ByPaymentIntent(IEnumerable<Invoice> invoices)
    {
        Dictionary<string, Invoice> map = new(StringComparer.Ordinal);
        foreach (var invoice in invoices)
        {
            foreach (var intent in PaymentIntents(invoice))
            {
                map[intent] = invoice;
            }
        }

        return map;
    }

    /// <summary>The invoice that this charge pays, with its payments; null when it pays none.</summary>
    public async Task<Outcome<Invoice?>> InvoiceOfAsync(Charge charge, CancellationToken cancellationToken)
    {
        if (charge.PaymentIntentId is not { } intent)
        {
            return new Outcome<Invoice?>.Ok(null);
        }

        if (!(await reader.InvoicePaymentsAsync(intent, cancellationToken)).TryGet(out var payments, out var refusal))
        {
            return refusal;
        }

        return payments.Items.FirstOrDefault(p => p.Status != "canceled") is { } payment
            ? (await reader.InvoiceAsync(payment.InvoiceId, cancellationToken)).Map(i => (Invoice?)i)
            : new Outcome<Invoice?>.Ok(null);
    }

    /// <summary>Charges of an invoice, failed ones too, newest first.</summary>
    public async Task<Outcome<IReadOnlyList<Charge>>> ChargesOfAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        List<Charge> charges = [];
        foreach (var intent in PaymentIntents(invoice))
        {
            if (!(await reader.ChargesAsync(new ChargeListOptions { PaymentIntent = intent }, cancellationToken)).TryGet(out var found, out var refusal))
            {
                return refusal;
            }

            charges.AddRange(found.Items);
        }

        return charges.OrderByDescending(c => c.Created).ToList();
    }

    /// <summary>What pays an invoice that was read with its payments.</summary>
    internal static IEnumerable<string> PaymentIntents(Invoice invoice) =>
        (invoice.Payments?.Data ?? []).Where(p => p.Status != "canceled").Select(p => p.Payment?.PaymentIntentId).OfType<string>().Distinct();
}
