using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Arguments of <c>submit_dispute_evidence</c>. The evidence is not among them: code collects it.</summary>
public sealed record SubmitDisputeEvidenceArguments(
    [property: Handle(ObjectKind.Charge), Description("Disputed charge.")] ObjectRef Charge);

/// <summary>Answers a dispute with what is on record: Stripe's structured fields and a PDF.</summary>
public sealed class SubmitDisputeEvidence(StripeReaders readers, IKnowledgeBase knowledge, IHelpdesk helpdesk, PolicyBook policies, BusinessClock clock) : IOperation<SubmitDisputeEvidenceArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "submit_dispute_evidence",
        "Proposes to hand in the evidence on record; a person decides. Code has the words.",
        typeof(SubmitDisputeEvidenceArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the dispute", HasContest = true, Rule = PolicyRules.AnswerDispute };

    public async Task<Outcome<Preview<SubmitDisputeEvidenceArguments>>> PreviewAsync(SubmitDisputeEvidenceArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        return (await AnswerAsync(arguments, tenant, cancellationToken)).Map(a => PreviewOf(arguments, a, tenant, policies.Find(AcceptDispute.Descriptor.Name)?.SmallBelow, tenant.Day(clock.UtcNow)));
    }

    public async Task<ExecutionResult> ExecuteAsync(SubmitDisputeEvidenceArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (await ReconcileAsync(arguments, tenant, grant, cancellationToken) is not ExecutionResult.NotDone and var earlier)
        {
            return earlier;
        }

        if (!(await AnswerAsync(arguments, tenant, cancellationToken)).TryGet(out var answer, out var refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(answer.Declared) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        var id = answer.About.Dispute.Id;
        return await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).SubmitEvidenceAsync(id, answer.Options(), answer.Files, cancellationToken)),
            $"Look whether the evidence of dispute {id} was handed in.",
            cancellationToken);
    }

    /// <summary>Evidence and mark go in one call, so the mark alone says that it took effect.</summary>
    public async Task<ExecutionResult> ReconcileAsync(SubmitDisputeEvidenceArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        return !(await DisputeRules.ApprovedAsync(readers.For(tenant), grant, cancellationToken)).TryGet(out var dispute, out var refusal)
            ? new ExecutionResult.Unknown($"The dispute could not be read. {refusal}")
            : Stamps.Bears(dispute.Metadata, grant) ? Done(dispute) : new ExecutionResult.NotDone();
    }

    private static ExecutionResult.Executed Done(Dispute dispute) => new(dispute.Id, "The evidence was handed in.", dispute.StripeResponse?.RequestId);

    private async Task<Outcome<DisputeAnswer>> AnswerAsync(SubmitDisputeEvidenceArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        if (!(await new DisputeDossierReader(readers.For(tenant), tenant, helpdesk, policies.Contest()).ReadAsync(arguments.Charge.Id, cancellationToken)).TryGet(out var about, out var refusal))
        {
            return refusal;
        }

        return (DisputeRules.Refuse(about) ?? Unfit(about)) is { } unfit
            ? unfit
            : DisputeAnswer.Of(about, await DisputePolicyReader.ReadAsync(knowledge, tenant, cancellationToken), tenant);
    }

    private static Refusal? Unfit(DisputeDossier about) => about switch
    {
        { Dispute.EvidenceDetails.SubmissionCount: > 0 } => new("submitted_already", "Evidence was handed in already, and the bank takes it once."),
        { Dispute.EvidenceDetails.HasEvidence: true } => new("evidence_staged", "Somebody put evidence onto it that was not handed in; it would go along unseen.", "Hand it in, or take it off, in Stripe's dashboard."),
        { IsCompliance: true } => new("compliance_fee", "It is a compliance case: contesting it puts a fee of the card network's own at stake, and Stripe takes evidence only from somebody who acknowledged that.", "Answer it in Stripe's dashboard, or accept it with accept_dispute."),
        { Reason.IsSentBack: true } => new("sent_back", "The bank sent the payment back, which no evidence answers.", "Ask the customer for another way to pay."),
        _ when !about.Pack.Found.Any(e => e.Helps) => new("no_evidence", "Nothing on record speaks for us.", "Answer it in Stripe's dashboard, or accept it with accept_dispute."),
        _ => null,
    };

    private static Preview<SubmitDisputeEvidenceArguments> PreviewOf(
        SubmitDisputeEvidenceArguments arguments, DisputeAnswer answer, TenantContext tenant, IReadOnlyDictionary<string, Money>? small, DateOnly today)
    {
        var (about, customer) = (answer.About, answer.About.Customer!);
        return new Preview<SubmitDisputeEvidenceArguments>(
            arguments,
            $"{(about.IsInquiry ? "Answer the bank's inquiry about" : "Contest the dispute of")} {about.Amount.ToDisplayText()}{DisputeRules.Of(about)}",
            customer.Ref(),
            customer.NameOf().Value,
            about.Charge.Ref(),
            null,
            [
                new PreviewChange("Dispute", about.Dispute.Status, about.IsInquiry ? "warning_under_review" : "under_review"),
                .. DisputeRules.Costs(about),
                .. DisputeRules.Advice(about, small, DisputeCourse.Contest),
                .. DisputeRules.Contesting(about),
                .. DisputeRules.Facts(about, tenant, today),
                .. answer.Shown(tenant),
            ],
            "Can't be undone: the bank takes evidence once. It decides within some weeks.",
            answer.Declared) { TooLateAt = DisputeRules.Deadline(about), Rule = about.IsInquiry ? PolicyRules.AnswerInquiry : null };
    }
}
