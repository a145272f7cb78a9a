using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Billing.Text;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>
/// Facts whose names stand between the marks of text from outside: for sentences that a model reads. What goes to
/// customers and to Stripe is made of the facts as they are.
/// </summary>
internal static class OutsideNames
{
    public static InvoiceFacts Delimited(InvoiceFacts facts) => facts with
    {
        Lines = [.. facts.Lines.Select(l => l with { Name = UntrustedWords.Delimit(l.Name), Description = UntrustedWords.Delimit(l.Description) })],
        Discounts = [.. facts.Discounts.Select(d => d with { Name = Delimited(d.Name) })],
        Taxes = [.. facts.Taxes.Select(t => t with { Name = Delimited(t.Name) })],
    };

    public static SubscriptionFacts Delimited(SubscriptionFacts facts) => facts with
    {
        Discounts = [.. facts.Discounts.Select(d => d with { Name = Delimited(d.Name) })],
    };

    /// <summary>What stands in for a name that there is none of is our own.</summary>
    private static string Delimited(string name) => name is InvoiceFactsMap.UnnamedDiscount or InvoiceFactsMap.UnnamedTax ? name : UntrustedWords.Delimit(name);
}
