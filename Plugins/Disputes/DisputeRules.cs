using System.Globalization;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>What both answers to a dispute have in common.</summary>
internal static class DisputeRules
{
    /// <summary>Tickets to read that are named one by one; the newest.</summary>
    public const int MostToRead = 20;

    /// <summary>Why nothing can be answered, or null.</summary>
    public static Refusal? Refuse(DisputeDossier about) =>
        about.Customer is null ? new Refusal("charge_without_customer", "The charge belongs to no customer.", "Answer it in Stripe's dashboard.")
        : !DisputeRow.IsOpen(about.Dispute) ? new Refusal("dispute_not_open", $"The dispute is {about.Dispute.Status.Replace('_', ' ')}: nothing can be handed in.")
        : !about.IsOpen ? new Refusal("dispute_past_due", "The bank's deadline has passed: nothing more is read.")
        : null;

    /// <summary>The dispute that the approval names, as it is now.</summary>
    public static Task<Outcome<Dispute>> ApprovedAsync(StripeReader reader, WriteGrant grant, CancellationToken cancellationToken) =>
        reader.DisputeAsync(grant.Approved["dispute"], cancellationToken);

    /// <summary>What the bank took. Neither answer moves anything at once.</summary>
    public static IEnumerable<PreviewChange> Costs(DisputeDossier about)
    {
        if (about.Cost.Taken is { } taken)
        {
            yield return PreviewChange.Of("Taken from our balance", taken, taken);
        }

        if (about.Cost.Fee is { } fee)
        {
            yield return PreviewChange.Of("Dispute fee kept", fee, fee);
        }
    }

    /// <summary>What the record speaks for, where a person does the other thing or the record leaves it open: they decide, and see it here.</summary>
    /// <param name="small">As in <see cref="DisputeDossier.Advice"/>.</param>
    /// <param name="planned">What is proposed.</param>
    public static IEnumerable<PreviewChange> Advice(DisputeDossier about, IReadOnlyDictionary<string, Money>? small, DisputeCourse planned)
    {
        var advice = about.Advice(small);
        yield return new PreviewChange("The record speaks for", "", advice.Course switch
        {
            _ when advice.Course == planned => $"this. {advice.Because}",
            DisputeCourse.Contest => $"contesting it, with submit_dispute_evidence, not for this. {advice.Because}",
            DisputeCourse.Accept => $"accepting it, with accept_dispute, not for this. {advice.Because}",
            _ => $"neither: a person weighs it. {advice.Because}",
        });
    }

    /// <summary>What contesting costs on top, and how often it helped.</summary>
    public static IEnumerable<PreviewChange> Contesting(DisputeDossier about)
    {
        yield return new PreviewChange("Contesting costs on top", "", DisputeWords.Contesting(about));
        yield return new PreviewChange("Our win rate", "", DisputeWords.Odds(about.Odds, about.AllKnown));
    }

    /// <summary>What a person decides by.</summary>
    public static IEnumerable<PreviewChange> Facts(DisputeDossier about, TenantContext tenant, DateOnly today)
    {
        yield return new PreviewChange("Claim", "", $"{about.Reason.Claim}.");
        if (about.NetworkReason is { } code)
        {
            yield return new PreviewChange("Network's code", "", code);
        }

        if (about.Dispute.EvidenceDetails?.DueBy is { } due)
        {
            if (about.Terms is { } terms)
            {
                yield return new PreviewChange("Our own deadline", "", $"{terms.HandInBy(tenant.Day(due)):yyyy-MM-dd}, {terms.BusinessDaysBefore} business days before the bank's (holidays not counted)");
            }

            if (DisputeWords.Late(tenant.Day(due), about.Terms?.HandInBy(tenant.Day(due)), today) is { } late)
            {
                yield return new PreviewChange("Late", "", late);
            }

            yield return new PreviewChange("Bank's deadline", "", tenant.Day(due).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        foreach (var against in about.Pack.Found.Where(e => !e.Helps))
        {
            yield return new PreviewChange("Speaks for the cardholder", "", against.Says);
        }

        foreach (var message in about.Facts.Messages?.ToRead.TakeLast(MostToRead) ?? [])
        {
            yield return new PreviewChange("Read before deciding", "", $"ticket {DisputeWords.Named(message)} ({message.Why}); it is not handed in");
        }

        if (about.Facts.Messages is { ToRead.Count: > MostToRead and var all })
        {
            yield return new PreviewChange("Read before deciding", "", $"{all - MostToRead} older tickets; they are not handed in");
        }

        if (about.Facts.Messages?.Gap is { } gap)
        {
            yield return new PreviewChange("Not all was looked at", "", gap);
        }
    }

    /// <summary>The bank's: after it neither answer is read.</summary>
    public static DateTimeOffset? Deadline(DisputeDossier about) => about.Dispute.EvidenceDetails?.DueBy is { } due ? Dates.Instant(due) : null;

    /// <summary>For titles.</summary>
    public static string Of(DisputeDossier about) => about.Invoice?.Number is { } number ? $" for invoice {number}" : "";
}
