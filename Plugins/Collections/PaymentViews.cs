using BillingCopilot.Billing;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Dunning;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Collections;

/// <summary>How payments went, and what comes next.</summary>
/// <param name="Unpaid">Invoices that are still owed.</param>
/// <param name="Attempts">Newest first.</param>
public sealed record PaymentHistory(
    ObjectRef Customer,
    UntrustedText CustomerName,
    CardView? CardOnFile,
    IReadOnlyList<UnpaidInvoice> Unpaid,
    Partial? UnpaidPartial,
    int Count,
    bool Complete,
    Partial? Partial,
    IReadOnlyList<AttemptView> Attempts,
    string TimeZone);

/// <summary>An invoice that is still owed.</summary>
/// <param name="Due">Until when it was to be paid; left out where it is charged.</param>
/// <param name="NextAttempt">When Stripe tries again; left out when it does not.</param>
/// <param name="FirstDeclined">Day of the first decline; left out when none.</param>
/// <param name="DaysSinceFirstDecline">Days from then to today: what the dunning schedule counts.</param>
/// <param name="LastMailed">Day of our last dunning mail about it; left out when none was sent.</param>
/// <param name="Mailed"><c>not yet</c> where none was sent; else left out.</param>
/// <param name="Awaited">What a payment under way waits for, also after an earlier decline; left out where the last decline says why.</param>
/// <param name="Proposals">About it, still open or carried out; left out when none.</param>
/// <param name="RetryMayWork">False when it takes corrected card data or another payment method.</param>
public sealed record UnpaidInvoice(
    ObjectRef Invoice,
    string? Number,
    string Status,
    Money Remaining,
    DateOnly? Due,
    int FailedAttempts,
    DateOnly? NextAttempt,
    bool? RetryMayWork,
    DateOnly? FirstDeclined,
    int? DaysSinceFirstDecline,
    DateOnly? LastMailed,
    string? Mailed,
    string? Awaited,
    IReadOnlyList<EarlierProposal>? Proposals);

/// <summary>One try to take money.</summary>
/// <param name="Refunded">Of the amount, given back to the card or bank; left out when nothing was.</param>
/// <param name="Declined">Stripe's decline code; left out when it worked.</param>
/// <param name="Meaning">In plain words; given with the newest decline of each code.</param>
/// <param name="CustomerShould">What the customer has to do; given likewise.</param>
public sealed record AttemptView(
    ObjectRef Charge,
    DateOnly Date,
    Money Amount,
    Money? Refunded,
    string Outcome,
    string? InvoiceNumber,
    string? Card,
    string? Declined,
    string? Class,
    string? Meaning,
    string? CustomerShould)
{
    internal static IReadOnlyList<AttemptView> Rows(IEnumerable<(Charge Charge, Invoice? Invoice)> attempts, TenantContext tenant)
    {
        HashSet<string> explained = new(StringComparer.Ordinal);
        return
        [
            .. attempts.Select(a => Of(a.Charge, a.Invoice, tenant))
                .Select(row => row.Declined is null || explained.Add(row.Declined) ? row : row with { Meaning = null, CustomerShould = null }),
        ];
    }

    private static AttemptView Of(Charge charge, Invoice? invoice, TenantContext tenant)
    {
        var decline = ChargeFactsMap.DeclineOf(charge);
        return new AttemptView(
            charge.Ref(),
            tenant.Day(charge.Created),
            new Money(charge.Amount, charge.Currency),
            charge.AmountRefunded > 0 ? new Money(charge.AmountRefunded, charge.Currency) : null,
            decline is null ? charge.Status : "declined",
            invoice?.Number,
            CardView.Short(charge.PaymentMethodDetails),
            decline?.Code,
            decline?.Class switch { DeclineClass.Hard => "hard", DeclineClass.CustomerAction => "customer_action", DeclineClass.CardData => "card_data", DeclineClass.Soft => "soft", _ => null },
            charge.Status == "pending" ? PendingPayment.UnderWay(charge.PaymentMethodDetails?.Type) : decline?.Meaning,
            decline is null ? null : Should(decline.Step));
    }

    private static string Should(CustomerStep step) => step switch
    {
        CustomerStep.Wait => "do nothing; the next try may work",
        CustomerStep.AddFunds => "see that there is enough money, or use another card",
        CustomerStep.UpdatePaymentMethod => "give another card or new details",
        CustomerStep.Authenticate => "confirm the payment with their bank",
        _ => "ask their bank, or use another card",
    };
}
