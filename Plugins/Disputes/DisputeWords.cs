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

    /// <param name="complete">False when there are more disputes than were read.</param>
    public static string Odds(DisputeOdds odds, bool complete) => complete ? odds.Says : $"{odds.Says} Counted among the newest disputes only.";

    /// <summary>For people: the number is the helpdesk's.</summary>
    public static string Named(CustomerMessage message) => $"{message.Number} of {message.On.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
}
