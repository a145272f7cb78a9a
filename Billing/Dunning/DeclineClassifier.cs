namespace BillingCopilot.Billing.Dunning;

/// <summary>Says what a decline means and what can be done about it.</summary>
public static class DeclineClassifier
{
    /// <summary>
    /// Declines that Smart Retries does not try again, but for <c>authentication_required</c>: there the card is good
    /// (https://docs.stripe.com/billing/revenue-recovery/smart-retries).
    /// </summary>
    private static readonly HashSet<string> Hard = new(StringComparer.Ordinal)
    {
        "incorrect_number", "lost_card", "pickup_card", "stolen_card", "revocation_of_authorization",
        "revocation_of_all_authorizations", "highest_risk_level", "transaction_not_allowed",
    };

    // Mastercard's merchant advice codes: 03 do not try again, 21 stop recurring payments.
    private static readonly HashSet<string> HardNetworkAdvice = new(StringComparer.Ordinal) { "03", "21" };

    private static readonly Dictionary<DeclineCause, (CustomerStep Step, string Meaning, string CustomerWords)> Words = new()
    {
        [DeclineCause.Funds] = (CustomerStep.AddFunds, "There was not enough money on the card or account.", "your bank declined it for lack of funds"),
        [DeclineCause.Expired] = (CustomerStep.UpdatePaymentMethod, "The card has expired.", "the card on file has expired"),
        [DeclineCause.WrongDetails] = (CustomerStep.UpdatePaymentMethod, "The card's details are wrong (number, security code or expiry date).", "the card's details could not be confirmed"),
        [DeclineCause.Authentication] = (CustomerStep.Authenticate, "The bank wants the customer to confirm the payment (3-D Secure).", "your bank asks you to confirm it"),
        [DeclineCause.LostOrStolen] = (CustomerStep.UpdatePaymentMethod, "The card is reported lost or stolen. Do not tell the customer this reason.", "your bank declined it"),
        [DeclineCause.Refused] = (CustomerStep.ContactBank, "The bank refused without saying why.", "your bank declined it"),
        [DeclineCause.NotSupported] = (CustomerStep.UpdatePaymentMethod, "The card or account does not allow this kind of payment.", "the card on file does not allow this kind of payment"),
        [DeclineCause.Limit] = (CustomerStep.ContactBank, "A limit of the card was reached.", "a limit of your card was reached"),
        [DeclineCause.Temporary] = (CustomerStep.Wait, "A fault at the bank or on the way to it; it passes by itself.", "your bank could not be reached"),
        [DeclineCause.Risk] = (CustomerStep.UpdatePaymentMethod, "It was blocked as too risky. Do not tell the customer this reason.", "your bank declined it"),
        [DeclineCause.NoPaymentMethod] = (CustomerStep.UpdatePaymentMethod, "There is no payment method to charge.", "there is no payment method on file"),
        [DeclineCause.Unknown] = (CustomerStep.ContactBank, "The reason is not known.", "it did not go through"),
    };

    /// <summary>Classifies by decline code; the issuer's advice can only make it harder.</summary>
    /// <param name="code">Stripe's decline code, or its failure code where there is none.</param>
    /// <param name="adviceCode"><c>try_again_later</c>, <c>confirm_card_data</c> or <c>do_not_try_again</c>.</param>
    /// <param name="networkAdviceCode">The card network's own two-digit advice.</param>
    public static Decline Classify(string? code, string? adviceCode = null, string? networkAdviceCode = null)
    {
        var cause = CauseOf(code);
        var (step, meaning, customerWords) = Words[cause];
        var hard = (code is not null && Hard.Contains(code))
            || adviceCode == "do_not_try_again"
            || (networkAdviceCode is not null && HardNetworkAdvice.Contains(networkAdviceCode))
            || cause == DeclineCause.NoPaymentMethod;
        var next = adviceCode == "confirm_card_data" || hard
            ? CustomerStep.UpdatePaymentMethod
            : step;
        var data = cause is DeclineCause.Expired or DeclineCause.WrongDetails || adviceCode == "confirm_card_data";
        return new Decline(code ?? "unknown", hard ? DeclineClass.Hard : code == "authentication_required" ? DeclineClass.CustomerAction : data ? DeclineClass.CardData : DeclineClass.Soft, cause, next, meaning, customerWords);
    }

    private static DeclineCause CauseOf(string? code) => code switch
    {
        "insufficient_funds" => DeclineCause.Funds,
        "expired_card" => DeclineCause.Expired,
        "incorrect_number" or "invalid_number" or "incorrect_cvc" or "invalid_cvc" or "incorrect_zip" or "incorrect_address"
            or "invalid_expiry_month" or "invalid_expiry_year" or "invalid_account" or "new_account_information_available" => DeclineCause.WrongDetails,
        "authentication_required" or "authentication_not_handled" or "mobile_device_authentication_required" or "offline_pin_required" or "online_or_offline_pin_required" => DeclineCause.Authentication,
        "lost_card" or "stolen_card" or "pickup_card" or "restricted_card" => DeclineCause.LostOrStolen,
        "fraudulent" or "merchant_blacklist" or "highest_risk_level" or "security_violation" => DeclineCause.Risk,
        "generic_decline" or "do_not_honor" or "call_issuer" or "no_action_taken" or "not_permitted" or "service_not_allowed"
            or "stop_payment_order" or "revocation_of_authorization" or "revocation_of_all_authorizations" or "card_declined" => DeclineCause.Refused,
        "card_not_supported" or "currency_not_supported" or "transaction_not_allowed" or "invalid_amount" or "testmode_decline" => DeclineCause.NotSupported,
        "card_velocity_exceeded" or "withdrawal_count_limit_exceeded" or "pin_try_exceeded" => DeclineCause.Limit,
        "processing_error" or "issuer_not_available" or "reenter_transaction" or "try_again_later" or "approve_with_id" or "duplicate_transaction" => DeclineCause.Temporary,
        "no_payment_method" => DeclineCause.NoPaymentMethod,
        _ => DeclineCause.Unknown,
    };
}
