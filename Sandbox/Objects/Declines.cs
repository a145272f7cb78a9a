namespace BillingCopilot.Sandbox.Objects;

/// <summary>How one decline reads in a charge, a payment intent and an error.</summary>
/// <param name="DeclineCode">The issuer's reason, such as <c>insufficient_funds</c>.</param>
/// <param name="Code">Stripe's error code: mostly <c>card_declined</c>.</param>
/// <param name="Message">What the cardholder may read.</param>
/// <param name="NetworkDeclineCode">The network's two characters; null when the charge never got there.</param>
/// <param name="AdviceCode"><c>try_again_later</c>, <c>confirm_card_data</c>, <c>do_not_try_again</c> or null.</param>
/// <param name="NetworkAdviceCode">Mastercard's advice; null otherwise.</param>
/// <param name="Blocked">Stopped by Stripe before the network saw it.</param>
public sealed record Decline(
    string DeclineCode, string Code, string Message, string? NetworkDeclineCode, string? AdviceCode,
    string? NetworkAdviceCode = null, bool Blocked = false)
{
    /// <summary>What the merchant reads in <c>outcome.seller_message</c>.</summary>
    public string SellerMessage => Blocked
        ? "Stripe blocked this payment as too risky."
        : DeclineCode == "generic_decline"
            ? "The bank did not return any further details with this decline."
            : $"The bank returned the decline code `{DeclineCode}`.";
}

/// <summary>Every decline that the sandbox can give.</summary>
public static class Declines
{
    private const string Refused = "Your card was declined.";

    /// <summary>All of them, in a stable order.</summary>
    public static IReadOnlyList<Decline> All { get; } =
    [
        new("insufficient_funds", "card_declined", "Your card has insufficient funds.", "51", "try_again_later"),
        new("expired_card", "expired_card", "Your card has expired.", "54", "confirm_card_data"),
        new("generic_decline", "card_declined", Refused, "01", "try_again_later"),
        new("do_not_honor", "card_declined", Refused, "05", "try_again_later"),
        new("lost_card", "card_declined", Refused, "41", "do_not_try_again"),
        new("stolen_card", "card_declined", Refused, "43", "do_not_try_again"),
        new("pickup_card", "card_declined", Refused, "04", "do_not_try_again"),
        new("authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication.", "1A", null),
        new("card_velocity_exceeded", "card_declined", "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.", "65", "try_again_later"),
        new("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "N7", "confirm_card_data"),
        new("incorrect_number", "incorrect_number", "Your card number is incorrect.", "14", "confirm_card_data"),
        new("transaction_not_allowed", "card_declined", Refused, "57", "do_not_try_again"),
        new("revocation_of_authorization", "card_declined", Refused, "R1", "do_not_try_again"),
        new("revocation_of_all_authorizations", "card_declined", Refused, "R3", "do_not_try_again"),
        new("processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit.", "96", "try_again_later"),
        new("issuer_not_available", "card_declined", Refused, "91", "try_again_later"),
        new("highest_risk_level", "card_declined", Refused, null, "do_not_try_again", Blocked: true),
    ];

    /// <summary>The decline with this code; an unknown code is a mistake of the caller.</summary>
    public static Decline Find(string declineCode) =>
        All.FirstOrDefault(decline => decline.DeclineCode == declineCode)
        ?? throw new ArgumentException($"Unknown decline '{declineCode}'. Known: {string.Join(", ", All.Select(decline => decline.DeclineCode))}.");
}
