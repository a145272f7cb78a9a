using System.Globalization;
using BillingCopilot.Billing.Disputes;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Sentences that tool and card share.</summary>
internal static class DisputeWords
{
    /// <summary>What Stripe takes for contesting, or that nobody wrote down what it is.</summary>
    public static string Contesting(DisputeDossier about) => about.Cost.CounteredFee switch
    {
        { AmountMinor: 0 } => "Nothing.",
        { } fee => $"{fee.ToDisplayText()} more, given back if we win{(about.IsInquiry ? "; not for an inquiry, only once it is a dispute" : "")} (by policy.yaml).",
        null when about.Dispute.PaymentMethodDetails?.Type is not "card" => "Not known: the fees of policy.yaml are those of card payments.",
        null => $"Not known: policy.yaml gives no countered_fee in {about.Cost.Currency.ToUpperInvariant()} (submit_dispute_evidence, contest).",
    };

    private const string Kept = "It does not come back when we win, in most countries; a fee for contesting does.";

    /// <summary>Where the fee of a dispute is read, and that it stays with Stripe; null where no fee is known.</summary>
    public static string? FeeSource(DisputeDossier about) => about.Cost switch
    {
        { Fee: { AmountMinor: not 0 } } => $"By the movements on our balance. {Kept}",
        { Fee: not null } or { UsualFee: null or { AmountMinor: 0 } } => null,
        { FeeByPolicy: true } => $"By policy.yaml (submit_dispute_evidence, contest), not by Stripe. {Kept}",
        _ => $"By what other disputes cost us. {Kept}",
    };

    /// <summary>That our own day has passed, while the bank still takes an answer; null otherwise.</summary>
    /// <param name="due">The bank's day; null once nothing can be handed in.</param>
    public static string? Late(DateOnly? due, DateOnly? ours, DateOnly today) =>
        due is { } bank && ours is { } own && own < today && bank >= today
            ? string.Create(CultureInfo.InvariantCulture, $"Our own deadline passed on {own:yyyy-MM-dd}; the bank's is {bank:yyyy-MM-dd}. Answer it today.")
            : null;

    /// <param name="complete">False when there are more disputes than were read.</param>
    public static string Odds(DisputeOdds odds, bool complete) => complete ? odds.Says : $"{odds.Says} Counted among the newest disputes only.";

    /// <summary>For people: the number is the helpdesk's.</summary>
    public static string Named(CustomerMessage message) => $"{message.Number} of {message.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
}
