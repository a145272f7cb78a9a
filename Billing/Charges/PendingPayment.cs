namespace BillingCopilot.Billing.Charges;

/// <summary>Says why money that is expected is not there yet.</summary>
public static class PendingPayment
{
    /// <summary>Why a payment under way is not done.</summary>
    /// <param name="method">Stripe's type of payment method: <c>card</c>, <c>sepa_debit</c>, …</param>
    public static string UnderWay(string? method) => method switch
    {
        "us_bank_account" or "acss_debit" or "au_becs_debit" or "bacs_debit" or "sepa_debit" =>
            "a bank debit is under way: the bank confirms or returns it within some business days, and nothing can be done until then",
        "customer_balance" => "a bank transfer is awaited: it is matched when the money arrives",
        "card" => "the card's bank has not answered yet",
        _ => "the payment method has not confirmed it yet",
    };

    /// <summary>Why an open invoice is not paid, where no decline says so; null when nothing is awaited.</summary>
    /// <param name="intent">Status of its payment intent, as Stripe words it; null without one.</param>
    /// <param name="sent">It is sent to the customer to pay, not charged by itself.</param>
    public static string? Awaited(string? intent, string? method, bool sent) => intent switch
    {
        "processing" => UnderWay(method),
        "requires_action" => "the customer has to confirm the payment with their bank",
        "requires_confirmation" => "the payment was prepared and not started",
        "requires_capture" => "the amount is held on the card and was not collected",
        _ => sent ? "it was sent to the customer, who pays it themselves" : null,
    };
}
