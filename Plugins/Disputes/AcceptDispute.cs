using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>Arguments of <c>accept_dispute</c>.</summary>
public sealed record AcceptDisputeArguments(
    [property: Handle(ObjectKind.Charge), Description("Disputed charge.")] ObjectRef Charge);

/// <summary>Gives a dispute up: the money that the bank took stays with the cardholder.</summary>
public sealed class AcceptDispute(StripeReaders readers, IHelpdesk helpdesk, PolicyBook policies, BusinessClock clock) : IOperation<AcceptDisputeArguments>
{
    public static OperationDescriptor Descriptor { get; } = new(
        "accept_dispute",
        "Proposes to accept a dispute as lost; a person decides.",
        typeof(AcceptDisputeArguments),
        Risk.Money) { FarSideReplays = true, Stamps = "the dispute", HasSmall = true, Rule = PolicyRules.AcceptDispute };

    public async Task<Outcome<Preview<AcceptDisputeArguments>>> PreviewAsync(AcceptDisputeArguments arguments, TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(tenant);
        return !(await new DisputeDossierReader(readers.For(tenant), tenant, helpdesk, policies.Contest()).ReadAsync(arguments.Charge.Id, cancellationToken)).TryGet(out var about, out var refusal) ? refusal
            : DisputeRules.Refuse(about) is { } unfit ? unfit
            : about.IsInquiry ? new Refusal("inquiry", "It is an inquiry: the bank asks and has taken no money, so there is nothing to accept.", "Answer it with submit_dispute_evidence, or refund the charge in Stripe's dashboard.")
            : PreviewOf(arguments, about, tenant, policies.Find(Descriptor.Name)?.SmallBelow, tenant.Day(clock.UtcNow));
    }

    public async Task<ExecutionResult> ExecuteAsync(AcceptDisputeArguments arguments, TenantContext tenant, WriteGrant grant, IWriteClients writers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(writers);
        if (await ReconcileAsync(arguments, tenant, grant, cancellationToken) is not ExecutionResult.NotDone and var earlier)
        {
            return earlier;
        }

        if (!(await PreviewAsync(arguments, tenant, cancellationToken)).TryGet(out var preview, out var refusal))
        {
            return new ExecutionResult.Failed(refusal);
        }

        if (grant.RefuseUnless(preview.Declared) is { } differs)
        {
            return new ExecutionResult.Failed(differs);
        }

        var id = preview.Declared["dispute"];
        return await Attempt.WriteAsync(
            async () => Done(await writers.Open<StripeWriter>(grant).CloseDisputeAsync(id, cancellationToken)),
            $"Look whether dispute {id} is lost.",
            cancellationToken);
    }

    public async Task<ExecutionResult> ReconcileAsync(AcceptDisputeArguments arguments, TenantContext tenant, WriteGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(grant);
        if (!(await DisputeRules.ApprovedAsync(readers.For(tenant), grant, cancellationToken)).TryGet(out var dispute, out var refusal))
        {
            return new ExecutionResult.Unknown($"The dispute could not be read. {refusal}");
        }

        return dispute.Status != "lost" ? new ExecutionResult.NotDone()
            : Stamps.Bears(dispute.Metadata, grant) ? Done(dispute)
            : new ExecutionResult.Failed(new Refusal("lost_already", "The dispute is lost, but not by this."), Definite: true);
    }

    private static ExecutionResult.Executed Done(Dispute dispute) => new(dispute.Id, "The dispute is accepted.", dispute.StripeResponse?.RequestId);

    private static Preview<AcceptDisputeArguments> PreviewOf(AcceptDisputeArguments arguments, DisputeDossier about, TenantContext tenant, IReadOnlyDictionary<string, Money>? small, DateOnly today)
    {
        var customer = about.Customer!;
        return new Preview<AcceptDisputeArguments>(
            arguments,
            $"Accept the dispute of {about.Amount.ToDisplayText()}{DisputeRules.Of(about)} as lost",
            customer.Ref(),
            customer.NameOf().Value,
            about.Charge.Ref(),
            about.Amount,
            [
                new PreviewChange("Dispute", about.Dispute.Status, "lost"),
                .. DisputeRules.Costs(about),
                .. DisputeRules.Advice(about, small, DisputeCourse.Accept),
                .. DisputeRules.Contesting(about),
                .. DisputeRules.Facts(about, tenant, today),
            ],
            "Can't be undone: an accepted dispute can't be contested any more, and neither amount nor fee comes back.",
            about.Declared) { TooLateAt = DisputeRules.Deadline(about) };
    }
}
