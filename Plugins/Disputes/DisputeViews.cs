using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Disputes, the most pressing first.</summary>
/// <param name="Open">How many wait for an answer, of all.</param>
/// <param name="Complete">All that are on record are shown.</param>
/// <param name="Partial">How many are shown, and how to get the others.</param>
public sealed record DisputeList(int Count, int Open, bool Complete, Partial? Partial, OddsView Odds, IReadOnlyList<DisputeRow> Disputes);

/// <summary>One dispute.</summary>
/// <param name="Charge">By which <c>get_dispute</c> finds it.</param>
/// <param name="Customer">Whose charge it is; left out where the customer stands beside it.</param>
/// <param name="DaysLeft">Until the bank's deadline; left out once nothing can be handed in.</param>
/// <param name="HandInBy">Our own last day, before the bank's; left out where no policy gives one.</param>
/// <param name="Late">Says so once our own day has passed and the bank's has not.</param>
public sealed record DisputeRow(ObjectRef Charge, ObjectRef? Customer, UntrustedText? CustomerName, Money Amount, string Status, string Reason, DateOnly Disputed, DateOnly? Due, int? DaysLeft, DateOnly? HandInBy, string? Late)
{
    internal static DisputeRow Of(Dispute dispute, TenantContext tenant, DateOnly today, ContestTerms? terms, bool named = false)
    {
        var due = Deadline(dispute, tenant);
        var ours = due is { } last ? terms?.HandInBy(last) : null;
        var customer = named ? dispute.Charge?.Customer : null;
        return new DisputeRow(
            new ObjectRef(ObjectKind.Charge, dispute.ChargeId),
            customer?.Ref(),
            customer?.NameOf(),
            new Money(dispute.Amount, dispute.Currency),
            dispute.Status,
            dispute.Reason,
            tenant.Day(dispute.Created),
            due,
            due?.DayNumber - today.DayNumber,
            ours,
            DisputeWords.Late(due, ours, today));
    }

    internal static bool IsOpen(Dispute dispute) => dispute.Status is "needs_response" or "warning_needs_response";

    private static DateOnly? Deadline(Dispute dispute, TenantContext tenant) =>
        IsOpen(dispute) && dispute.EvidenceDetails?.DueBy is { } due ? tenant.Day(due) : null;
}

/// <summary>How the disputes ended that we contested.</summary>
/// <param name="PercentWon">Left out while there is not enough history.</param>
/// <param name="NotContested">Accepted, let lapse or withdrawn: not among the won and lost.</param>
/// <param name="Says">The rate with its numbers, or that there is not enough history.</param>
public sealed record OddsView(int Won, int Lost, int? NotContested, int? PercentWon, string Says)
{
    internal static OddsView Of(DisputeOdds odds, bool complete) => new(
        odds.Won, odds.Lost, odds.NotContested > 0 ? odds.NotContested : null, odds.Percent, DisputeWords.Odds(odds, complete));
}

/// <summary>A dispute with what it costs and what there is to answer it with.</summary>
/// <param name="Claim">Who says what against the charge, in plain words.</param>
/// <param name="NetworkCode">The network's own code, and what it stands for.</param>
/// <param name="Inquiry">Says so when it is only a question of the bank.</param>
/// <param name="Fee">Kept for this dispute, whoever wins.</param>
/// <param name="FeeSource">Where the fee comes from, and whether it comes back; left out where no fee is given.</param>
/// <param name="FeeIfDisputed">Of an inquiry: what it would cost if it became a dispute.</param>
/// <param name="Contesting">What handing evidence in costs on top, or that it is not known; left out once nothing can be handed in.</param>
/// <param name="ToRead">Tickets that a person has to read first; they are not handed in.</param>
/// <param name="Missing">Evidence that would answer this reason and is not on record.</param>
/// <param name="VisaCompellingEvidence">Left out where Visa's rule does not apply, and once nothing can be handed in.</param>
public sealed record DisputeDetail(
    DisputeRow Dispute,
    ObjectRef? Customer,
    UntrustedText? CustomerName,
    string Claim,
    string? NetworkCode,
    string? Inquiry,
    bool? Answered,
    string? InvoiceNumber,
    Money? Taken,
    Money? Fee,
    Money? FeeIfDisputed,
    string? FeeSource,
    string? Contesting,
    OddsView Odds,
    IReadOnlyList<EvidenceView> Evidence,
    IReadOnlyList<MissingView> Missing,
    IReadOnlyList<TicketNumber> ToRead,
    string? VisaCompellingEvidence,
    AdviceView Advice);

/// <summary>What the record speaks for; a person weighs it where it is neither.</summary>
public sealed record AdviceView(bool? Contest, bool? Accept, string Because)
{
    internal static AdviceView Of(DisputeAdvice advice) => new(
        advice.Course == DisputeCourse.Contest ? true : null, advice.Course == DisputeCourse.Accept ? true : null, advice.Because);
}

/// <summary>A ticket by its number, which the helpdesk gives.</summary>
public sealed record TicketNumber(UntrustedText Number, DateOnly Date);

/// <summary>Evidence that is not on record.</summary>
public sealed record MissingView(string Kind);

/// <summary>One piece of evidence.</summary>
/// <param name="Speaks"><c>for_us</c>, <c>against_us</c>, or <c>neutral</c> where it shows only what was billed.</param>
/// <param name="Against">True when it speaks for the cardholder.</param>
public sealed record EvidenceView(string Kind, string Says, string Speaks, bool? Against)
{
    internal static EvidenceView Of(Evidence evidence) => new(Name(evidence.Kind), evidence.Says, JsonNamingPolicy.SnakeCaseLower.ConvertName(evidence.Speaks.ToString()), evidence.Helps ? null : true);

    internal static string Name(EvidenceKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
