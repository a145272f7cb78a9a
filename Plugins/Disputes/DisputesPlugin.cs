using System.ComponentModel;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Plugins.Tools;
using Microsoft.SemanticKernel;
using Stripe;

namespace BillingCopilot.Plugins.Disputes;

/// <summary>What banks object to, and what there is to answer.</summary>
public sealed class DisputesPlugin(ToolContext context)
{
    private const int MostRows = 20;
    private readonly StripeReader _reader = context.Reader;

    private DateOnly Today => context.Tenant.Day(context.Clock.UtcNow);

    [KernelFunction("list_disputes"), ToolEffect(ToolEffect.Read)]
    [Description("Disputes of all customers or one: status, reason, deadlines, our win rate.")]
    public async Task<object> ListDisputesAsync([Handle(ObjectKind.Customer)] string? customer = null, int skip = 0, CancellationToken cancellationToken = default) =>
        ToolResult.Of(await ListAsync(customer, skip, cancellationToken));

    [KernelFunction("get_dispute"), ToolEffect(ToolEffect.Read)]
    [Description("A disputed charge: the claim, deadlines, cost, win rate, evidence there is and is missing.")]
    public async Task<object> GetDisputeAsync([Handle(ObjectKind.Charge)] string charge, CancellationToken cancellationToken) =>
        ToolResult.Of(await GetAsync(charge, cancellationToken));

    private async Task<Outcome<DisputeList>> ListAsync(string? customer, int skip, CancellationToken cancellationToken)
    {
        if (!(await _reader.DisputesAsync(null, cancellationToken)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var chosen = all.Items;
        if (customer is not null)
        {
            chosen = [.. chosen.Where(d => d.Charge?.CustomerId == customer)];
        }

        var rows = chosen.Select(d => DisputeRow.Of(d, context.Tenant, Today, context.Disputes?.Contest, named: true)).OrderBy(r => r.DaysLeft ?? int.MaxValue).ThenByDescending(r => r.Disputed).ToList();
        var (shown, rest) = Page.Of(rows, skip, MostRows);
        return new DisputeList(rows.Count, chosen.Count(DisputeRow.IsOpen), all.Complete && rest is null, rest, OddsView.Of(DisputeDossier.OddsOf(all.Items), all.Complete), shown);
    }

    private async Task<Outcome<DisputeDetail>> GetAsync(string id, CancellationToken cancellationToken) =>
        (await new DisputeDossierReader(_reader, context.Tenant, context.Helpdesk, context.Disputes?.Contest).ReadAsync(id, cancellationToken)).Map(Detail);

    private DisputeDetail Detail(DisputeDossier about)
    {
        var (dispute, visa) = (about.Dispute, about.Visa);
        return new DisputeDetail(
            DisputeRow.Of(dispute, context.Tenant, Today, about.Terms),
            about.Customer?.Ref(),
            about.Customer?.NameOf(),
            $"{about.Reason.Claim}.",
            about.NetworkReason,
            about.IsInquiry ? "The bank only asks: no money was taken." : null,
            dispute.EvidenceDetails?.HasEvidence == true ? true : null,
            about.Invoice?.Number,
            about.Cost.Taken?.Unless0(),
            (about.Cost.Fee ?? (about.IsInquiry ? null : about.Cost.UsualFee))?.Unless0(),
            about.IsInquiry && about.Cost.Fee is null ? about.Cost.UsualFee?.Unless0() : null,
            DisputeWords.FeeSource(about),
            about.IsOpen ? DisputeWords.Contesting(about) : null,
            OddsView.Of(about.Odds, about.AllKnown),
            [.. about.Pack.Found.Select(EvidenceView.Of)],
            [.. about.Pack.Missing.Select(kind => new MissingView(EvidenceView.Name(kind)))],
            [.. (about.Facts.Messages?.ToRead.TakeLast(DisputeRules.MostToRead) ?? []).Select(m => new TicketNumber(new UntrustedText(m.Number), m.On))],
            !visa.Applies || !about.IsOpen ? null
                : visa.Holds ? $"Visa's rule for earlier payments is met: {visa.Matching.Count} undisputed payments of the right age share the buyer's traits with this one."
                : visa.LacksTraits ? $"Visa's rule may decide it for us: {visa.Payments.Count} undisputed payments of the right age. Not on record is that they share two things with this one, one of them the IP address or the device."
                : $"Visa's rule does not help: it needs {CompellingEvidence.Needed} undisputed payments 120 to 365 days before this one, and there are {visa.Payments.Count}.",
            AdviceView.Of(about.Advice(context.Disputes?.Small)));
    }
}
